"""`qinglan plan` says within 10% what memory MiniLM takes: features and a probe, LoRA, full tuning, n-grams."""

import memory

memory.check_cases([
    dict(name="probe", student='model = "minilm-l6"\ntune = "probe"', train=1000, test=600),
    dict(name="lora", student='model = "minilm-l6"\ntune = "lora"\nepochs = 1', train=400, test=200),
    dict(name="full", student='model = "minilm-l6"\ntune = "full"\nepochs = 1', train=400, test=200),
])
