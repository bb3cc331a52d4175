"""`qinglan plan` says what memory a worker takes: within 10%; passes through a model get 25%, for they take what the processor's
libraries take, and were within 3% where they were measured."""

import memory

memory.check_cases([
    dict(name="probe", student='model = "minilm-l6"\ntune = "probe"', train=1000, test=600, most={"features": 0.25}),
    dict(name="lora", student='model = "minilm-l6"\ntune = "lora"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.25}),
    dict(name="full", student='model = "minilm-l6"\ntune = "full"\nepochs = 1', train=400, test=200, most={"weak_to_strong": 0.25}),
])
