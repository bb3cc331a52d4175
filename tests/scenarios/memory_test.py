"""`qinglan plan` says what memory a worker takes: within 10% where it was measured; other processors and libraries get 25%."""

import memory

memory.check_cases([
    dict(name="probe", student='model = "minilm-l6"\ntune = "probe"', train=1000, test=600),
    dict(name="lora", student='model = "minilm-l6"\ntune = "lora"\nepochs = 1', train=400, test=200),
    dict(name="full", student='model = "minilm-l6"\ntune = "full"\nepochs = 1', train=400, test=200),
], most=0.25)
