"""`qinglan plan` says within 10% what memory probes and n-grams take. Not yet so for an encoder's own passes: the heap grows with
the number of packed batches (380 MiB where 280 are counted); and full tuning counts a checkpoint that short runs never make."""

import memory

memory.check_cases([
    dict(name="probe", student='model = "minilm-l6"\ntune = "probe"', train=1000, test=600, most={"features": 0.30}),
    dict(name="lora", student='model = "minilm-l6"\ntune = "lora"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.30}),
    dict(name="full", student='model = "minilm-l6"\ntune = "full"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.30}),
])
