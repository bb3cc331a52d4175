"""What `qinglan plan` says of memory beside what workers took; measured here: adapters, probes and n-grams within 10%, an encoder's frozen
pass up to 25% under (its peak differs from run to run), a probe's controls over, since they share what an earlier probe of the job prepared,
and full tuning half over: it counts a checkpoint that short runs never make. The limits leave room for the machine."""

import memory

memory.check_cases([
    dict(name="probe", student='model = "minilm-l6"\ntune = "probe"', train=1000, test=600, most={"features": 0.40, "control": 0.50, "weak_to_strong": 0.20}),
    dict(name="lora", student='model = "minilm-l6"\ntune = "lora"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.25}),
    dict(name="full", student='model = "minilm-l6"\ntune = "full"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.80}),
])
