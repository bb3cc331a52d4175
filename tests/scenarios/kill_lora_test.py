"""The same while a LoRA student trains: checkpoints by step make the resumed run bit-identical."""

import harness as h
import kills

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=120, test=200)
extra = "[controls]\nrandom_init = false\n"
kills.survive(h.write_spec(folder, data, tune="lora", seeds=1, extra=extra), folder, kills=6)
h.clean(folder)
print("1 passed, 0 failed")
