"""`qinglan watch`: another process sees how far a run is, learns how it ended, and changes nothing."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=320, test=240)
spec = folder / "lora.toml"
spec.write_text(
    f'name = "scenario"\nseeds = 2\n[data]\npath = "{data}"\ntext = "{{text}}"\n[supervisor]\nkind = "ngrams"\n[student]\n'
    'model = "minilm-l6"\ntune = "lora"\nepochs = 3\nmax_tokens = 64\n[controls]\nrandom_init = false\nweak_twice = false\nshuffled = false\n'
    '[grid]\n"method.name" = ["naive", "logconf"]\n'
)


def watch(store, *options, what=spec):
    return subprocess.run([str(h.QINGLAN), "watch", str(what), "--store", str(store), *options], capture_output=True, text=True)


def start(store):
    return subprocess.Popen(h.command(spec, store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(store, words, seconds=300):
    """A look at it that shows `words`: by the run's name, which needs no worker to resolve a spec, and so is quick."""
    end, text = time.time() + seconds, ""
    while time.time() < end:
        for log in store.glob("tmp/*.watch/*.jsonl"):
            seen = watch(store, "--once", what=log.stem[:12])
            text = seen.stdout + seen.stderr
            if seen.returncode == 0 and re.search(words, text):
                return text
        time.sleep(0.05)
    h.check(False, f"nothing like {words!r} was seen; last: {text}")


def watch_on_terminal(store, what):
    screen, end = pty.openpty()
    watcher = subprocess.Popen([str(h.QINGLAN), "watch", str(what), "--store", str(store)], stdout=end, stderr=end)
    os.close(end)
    return watcher, screen


def everything(screen):
    drawn = b""
    while select.select([screen], [], [], 300)[0]:
        try:
            drawn += os.read(screen, 65536)
        except OSError:  # its other end is closed
            break
    os.close(screen)
    return drawn


# Nobody is at it, and it never was run: said, and no store is made.
nowhere = watch(folder / "nowhere")
h.check(nowhere.returncode == 1 and "no record" in nowhere.stderr, f"{nowhere.returncode} {nowhere.stderr}")
h.check(not (folder / "nowhere").exists(), "watching makes no store")
h.check(watch(folder, what="no-such-spec").returncode == 2, "neither a spec nor a run")

# A run without anybody watching, for its bytes and its exit code.
alone = folder / "alone"
expected = h.run(spec, alone).returncode

# The same run, watched on a terminal from its first line to its end, and by many short looks.
store = folder / "store"
run = start(store)
text = wait_for(store, r"now: .*\n.*of \d+ steps, epoch .* of 3")
h.check(re.search(r"loss \d\.\d+", text), f"with its loss: {text}")
h.check(re.search(r"weak_to_strong +\d+ +\d+ +\d+ +0 +4\n", text), f"kinds are counted: {text}")
h.check(re.search(r"\d of 2 cells computed", text) and "minilm-l6, naive" in text and "minilm-l6, logconf" in text, text)
watcher, screen = watch_on_terminal(store, spec)
drawn = everything(screen)
h.check(run.wait() == expected, f"the watched run ended with {run.returncode}, alone with {expected}")
h.check(watcher.wait() == expected, f"the watcher ends as the run does: {watcher.returncode}, {expected}")
h.check(drawn.count(b"\x1b[") > 4 and b"F\x1b[J" in drawn, "drawn in place")
h.check(b"finished after" in drawn and b"2 of 2 cells computed" in drawn, drawn[-2000:].decode())
h.check(h.results(store) == h.results(alone), "watched or not, results are the same bytes")

# Afterwards there is the record.
later = watch(store)
h.check(later.returncode == expected and "is finished" in later.stdout, f"{later.returncode} {later.stdout} {later.stderr}")
h.check(not list((store / "tmp").iterdir()), "no litter in tmp/")

# Stopped and killed runs, by the first digits of the run's name.
name = next((store / "records").glob("*.json")).stem[:12]
for number, code, words in ((signal.SIGTERM, 143, b"broke off"), (signal.SIGKILL, 1, b"is gone")):
    store = folder / f"stopped{number}"
    run = start(store)
    wait_for(store, r"now: ")
    watcher, screen = watch_on_terminal(store, name)
    time.sleep(1)
    run.send_signal(number)
    seen = everything(screen)
    h.check(watcher.wait() == code and words in seen, f"{number}: {watcher.returncode} {seen[-2000:].decode()}")
    run.wait()
h.run(spec, store)
h.check(h.results(store) == h.results(alone), "a killed run that was looked at goes on to the same bytes")
h.clean(folder)
print("1 passed, 0 failed")
