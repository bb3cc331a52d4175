"""`qinglan plan` says within 10% what memory SmolLM2 takes, its weights held in either way."""

import memory

SMOLLM2 = 'model = "smollm2-135m"\n'
WORDS = 'label_words = [" negative", " positive"]\n'

memory.check_cases([
    dict(name="smollm2 probe", student=SMOLLM2 + WORDS + 'tune = "probe"\ndepth = 4', train=400, test=400, zero_shot=True),
    dict(name="smollm2 probe 4000", student=SMOLLM2 + 'tune = "probe"\ndepth = 2', train=4000, test=2000),
    dict(name="smollm2 probe file", student=SMOLLM2 + 'tune = "probe"\ndepth = 4\nbase = "file"', train=400, test=400),
    dict(name="smollm2 lora", student=SMOLLM2 + 'tune = "lora"\nepochs = 1', train=160, test=40),
    dict(name="smollm2 lora file", student=SMOLLM2 + 'tune = "lora"\nepochs = 1\nbatch = 8\nbase = "file"', train=64, test=40),
    dict(name="smollm2 full recompute", student=SMOLLM2 + 'tune = "full"\nepochs = 1\nbatch = 8\nrecompute = true', train=64, test=40),
    dict(name="smollm2 lora recompute", student=SMOLLM2 + 'tune = "lora"\nepochs = 1\nrecompute = true', train=160, test=40),
    dict(name="smollm2 top-2", student=SMOLLM2 + 'tune = "top-2"\nepochs = 1', train=160, test=40),
    dict(name="smollm2 top-4 small batch", student=SMOLLM2 + 'tune = "top-4"\nepochs = 1\nbatch = 8', train=64, test=40),
    dict(name="smollm2 full", student=SMOLLM2 + 'tune = "full"\nepochs = 1\nbatch = 8', train=64, test=40),
])
