"""`qinglan models fetch` against a hub of our own: what it brings, what it refuses, and what it survives."""

import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import tempfile
import time

import harness as h
from hub_server import Hub, Model, git_blob

GOLDEN = h.SOURCE / "tests/golden/architectures/llama"
CONFIG, WEIGHTS = (GOLDEN / "config.json").read_bytes(), (GOLDEN / "model.safetensors").read_bytes()
BIG = random.Random(0).randbytes(3_000_000)
DEV_PYTHON = h.SOURCE / ".deps/dev-venv/bin/python3"

folder = h.workspace()
hub = Hub()
done = []


class Cache:
    """An empty Hugging Face home; the environment that makes qinglan use it and the hub."""

    def __init__(self, **variables):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=folder))
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("HF_", "HUGGING", "TRANSFORMERS_", "SSL_")) and not k.lower().endswith("_proxy")}
        self.environment = {**kept, "HF_HOME": str(self.home), "HF_ENDPOINT": hub.url(), **variables}
        hub.log.clear()

    def start(self, *arguments, **options):
        return subprocess.Popen([str(h.QINGLAN), "models", *arguments], env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def models(self, *arguments, code=0, words=(), **options):
        run = self.start(*arguments, **options)
        out, err = run.communicate()
        h.check(run.returncode == code, f"{arguments}: exit {run.returncode}, not {code}\n{out}{err}")
        missing = [word for word in words if word not in err]
        h.check(not missing, f"{arguments}: {missing} not in\n{err}")
        h.check("\x07" not in err, "control characters of the server reach the terminal")
        run.out, run.err = out, err
        return run

    def model(self, name):
        return self.home / "hub" / ("models--" + name.replace("/", "--"))

    def blobs(self, name):
        blobs = self.model(name) / "blobs"
        return {p.name for p in blobs.iterdir()} if blobs.exists() else set()


def case(act):
    act()
    done.append(act.__name__)
    print("ok", act.__name__, flush=True)


tiny = hub.add("acme/tiny", Model(
    {"config.json": CONFIG, "model.safetensors": WEIGHTS, "README.md": b"---\nlicense: mit\n---\n",
     "1_Pooling/config.json": b"{}", "tokenizer.json": b'{"model":{"type":"BPE"}}', "pytorch_model.bin": b"PK",
     "train.py": b"import os"}, large=["model.safetensors"]), "main")
big = hub.add("acme/big", Model({"big.gguf": BIG, "README.md": b"big"}, large=["big.gguf"]), "main")
BIG_BLOB = __import__("hashlib").sha256(BIG).hexdigest()


@case
def brings_what_a_model_needs_in_the_caches_layout():
    cache = Cache()
    run = cache.models("fetch", "acme/tiny", words=["model.safetensors", "digest right"])
    snapshot = cache.model("acme/tiny") / "snapshots" / tiny.commit
    h.check(run.out.strip() == str(snapshot), run.out)
    found = {str(p.relative_to(snapshot)) for p in snapshot.rglob("*") if not p.is_dir()}
    h.check(found == {"config.json", "model.safetensors", "README.md", "1_Pooling/config.json", "tokenizer.json"}, found)
    for name in found:
        link = snapshot / name
        h.check(link.read_bytes() == tiny.files[name], name)
        expected = "../" * (2 + name.count("/")) + "blobs/"
        h.check(os.readlink(link).startswith(expected), os.readlink(link))
    h.check((cache.model("acme/tiny") / "refs/main").read_text() == tiny.commit, "refs/main")
    h.check(git_blob(CONFIG) in cache.blobs("acme/tiny"), "small files are named by git's digest")
    h.check(not [b for b in cache.blobs("acme/tiny") if b.endswith(".incomplete")], "no leftovers")


@case
def a_second_fetch_downloads_nothing():
    cache = Cache()
    cache.models("fetch", "acme/tiny")
    hub.log.clear()
    cache.models("fetch", "acme/tiny", words=["all in the cache"])
    h.check(not hub.requests("GET", "resolve") and not hub.requests(port="store"), "no body is read again")


@case
def huggingface_hub_sees_the_files():
    if not DEV_PYTHON.exists():
        print("not tried: huggingface_hub needs ./dev setup --dev")
        return
    cache = Cache()
    cache.models("fetch", "acme/tiny")
    script = """
import sys, huggingface_hub as hf
commit = sys.argv[1]
folder = hf.snapshot_download("acme/tiny", local_files_only=True)
assert folder.endswith("snapshots/" + commit), folder
for name in ["config.json", "model.safetensors", "1_Pooling/config.json"]:
    assert hf.try_to_load_from_cache("acme/tiny", name) == f"{folder}/{name}", name
    assert hf.hf_hub_download("acme/tiny", name, local_files_only=True) == f"{folder}/{name}", name
info = hf.scan_cache_dir()
assert not info.warnings, info.warnings
[repo] = info.repos
[revision] = repo.revisions
assert repo.repo_id == "acme/tiny" and revision.refs == {"main"} and len(revision.files) == 5, repo
"""
    run = subprocess.run([str(DEV_PYTHON), "-c", script, tiny.commit], env={**cache.environment, "HF_HUB_OFFLINE": "1"},
                         capture_output=True, text=True)
    h.check(run.returncode == 0, run.stderr)


@case
def huggingface_hubs_downloads_are_seen():
    if not DEV_PYTHON.exists():
        print("not tried: huggingface_hub needs ./dev setup --dev")
        return
    cache = Cache()
    run = subprocess.run([str(DEV_PYTHON), "-c", "import huggingface_hub as hf\n"
                          "for n in ['config.json', 'model.safetensors']: hf.hf_hub_download('acme/tiny', n)"],
                         env={**cache.environment, "HF_HUB_DISABLE_XET": "1"}, capture_output=True, text=True)
    h.check(run.returncode == 0, run.stderr)
    hub.log.clear()
    facts = json.loads(cache.models("show", "acme/tiny", "--json").out)
    h.check(facts["parameters"] > 0 and not hub.log, "found, and without the network")
    cache.models("fetch", "acme/tiny", words=["model.safetensors: in the cache"])


@case
def a_fetched_model_is_shown_and_listed_without_the_network():
    cache = Cache()
    cache.models("show", "acme/tiny", code=2, words=["qinglan models fetch acme/tiny"])
    h.check(not hub.log, "nothing is downloaded unasked")
    cache.models("fetch", "acme/tiny")
    hub.log.clear()
    facts = json.loads(cache.models("show", "acme/tiny", "--json", "--digest").out)
    h.check(facts["licence"] == "mit" and facts["tokenizer"]["kind"] == "BPE" and len(facts["digest"]) == 64, facts)
    listed = {m["name"]: m for m in json.loads(cache.models("list", "--json").out)}
    h.check(listed["acme/tiny"]["path"] == facts["path"] and listed["acme/tiny"]["parameters"] == facts["parameters"], listed)
    h.check({"smollm2-135m", "minilm-l6", "gemma3-270m"} <= set(listed), "known models are listed too")
    h.check("llama decoder" in cache.models("list").out and "licence" in cache.models("show", "acme/tiny").out, "as text")
    h.check(not hub.log, "the network was used")


@case
def json_tells_files_and_digests():
    document = json.loads(Cache().models("fetch", "acme/big", "--json").out)
    h.check(document["commit"] == big.commit and document["revision"] == "main", document)
    h.check({"name": "big.gguf", "bytes": len(BIG), "digest": BIG_BLOB} in document["files"], document)


@case
def shards_are_those_of_the_index():
    index = json.dumps({"weight_map": {"a": "w-1.safetensors", "b": "w-2.safetensors"}}).encode()
    files = {"config.json": CONFIG, "model.safetensors.index.json": index, "w-1.safetensors": b"1" * 9,
             "w-2.safetensors": b"2" * 9, "w-3.safetensors": b"3" * 9}
    model = hub.add("acme/shards", Model(files, large=["w-1.safetensors", "w-2.safetensors", "w-3.safetensors"]), "main")
    cache = Cache()
    snapshot = pathlib.Path(cache.models("fetch", "acme/shards").out.strip())
    h.check({p.name for p in snapshot.iterdir()} == set(files) - {"w-3.safetensors"}, "just the named shards")
    model.files["model.safetensors.index.json"] = b'{"weight_map":{"a":"../../../evil"}}'
    Cache().models("fetch", "acme/shards", code=1, words=["not the name of a safetensors file", "evil"])
    model.files["model.safetensors.index.json"] = b'{"weight_map":{"a":"other.safetensors"}}'
    Cache().models("fetch", "acme/shards", code=1, words=["not a file of the model", "other"])


@case
def one_of_several_gguf_files_is_named():
    hub.add("acme/quants", Model({"m.Q4.gguf": b"4" * 50, "m.Q8.gguf": b"8" * 80}, large=["m.Q4.gguf", "m.Q8.gguf"]), "main")
    cache = Cache()
    cache.models("fetch", "acme/quants", code=2, words=["m.Q4.gguf, m.Q8.gguf", "--file m.Q4.gguf"])
    h.check(not hub.requests(part="resolve"), "refused before any file is asked for")
    cache.models("fetch", "acme/quants", "--file", "m.Q9.gguf", code=2, words=["did you mean"])
    cache.models("fetch", "acme/quants", "--file", "m.Q8.gguf")
    cache.models("fetch", "acme/quants:m.Q4.gguf")
    snapshot = cache.model("acme/quants") / "snapshots"
    h.check(sorted(p.name for p in snapshot.rglob("*.gguf")) == ["m.Q4.gguf", "m.Q8.gguf"], "both are there")


@case
def patterns_choose_files():
    cache = Cache()
    snapshot = pathlib.Path(cache.models("fetch", "acme/tiny", "--include", "*.json", "--include", "*.bin").out.strip())
    found = sorted(str(p.relative_to(snapshot)) for p in snapshot.rglob("*.*") if not p.is_dir())
    h.check(found == ["1_Pooling/config.json", "config.json", "tokenizer.json"], found)


@case
def pickle_is_refused_before_any_download():
    hub.add("acme/pickle", Model({"config.json": CONFIG, "pytorch_model.bin": b"PK"}), "main")
    cache = Cache()
    cache.models("fetch", "acme/pickle", code=1, words=["pickle", "refs/pr", "save_pretrained"])
    h.check(not hub.requests(part="resolve") and not cache.blobs("acme/pickle"), "nothing was asked for")


@case
def revisions_have_their_own_snapshots():
    other = hub.add("acme/tiny", Model({"config.json": CONFIG + b"\n", "model.safetensors": WEIGHTS},
                                       large=["model.safetensors"]), "v1", "refs/pr/4")
    cache = Cache()
    cache.models("fetch", "acme/tiny")
    for revision in ("v1", "refs/pr/4"):
        h.check(cache.models("fetch", f"acme/tiny@{revision}").out.strip().endswith(other.commit), revision)
        h.check((cache.model("acme/tiny") / "refs" / revision).read_text() == other.commit, revision)
    cache.models("fetch", f"acme/tiny@{other.commit}")
    h.check(not (cache.model("acme/tiny") / "refs" / other.commit).exists(), "a commit needs no ref")
    h.check(len(hub.requests("GET", "model.safetensors", "store")) == 1, "equal files are one blob")
    names = [m["name"] for m in json.loads(cache.models("list", "--json").out)]
    h.check({"acme/tiny", "acme/tiny@v1", "acme/tiny@refs/pr/4"} <= set(names), names)


@case
def a_token_opens_and_never_leaves_the_hub():
    hub.add("acme/private", Model({"config.json": CONFIG, "model.safetensors": WEIGHTS}, large=["model.safetensors"],
                                  token="hf_secret"), "main")
    Cache().models("fetch", "acme/private", code=1, words=["401", "private, gated or not there", "HF_TOKEN"])
    Cache(HF_TOKEN="hf_wrong").models("fetch", "acme/private", code=1, words=["the token given"])
    Cache(HF_TOKEN="hf_secret").models("fetch", "acme/private")
    h.check({r.token for r in hub.requests(port="hub")} == {"hf_secret"}, "the hub was told")
    h.check(hub.requests(port="store") and {r.token for r in hub.requests(port="store")} == {""}, "the other port was not")
    cache = Cache()
    (cache.home / "token").write_text("hf_secret\n")
    cache.models("fetch", "acme/private")
    (folder / "token").write_text("hf_secret")
    Cache(HF_TOKEN_PATH=str(folder / "token")).models("fetch", "acme/private")


@case
def what_is_not_there_is_said():
    Cache().models("fetch", "acme/nothing", code=1, words=["404", "Repository not found", "acme/nothing"])
    Cache().models("fetch", "acme/tiny@none", code=1, words=["404", "acme/tiny@none"])
    for bad in ("/etc/passwd", "a/b/c", "a/b@../x", "a/b:../x", "https://x/y"):
        Cache().models("fetch", bad, code=2, words=["no id", "owner/name"])
    Cache().models("fetch", "minilm-l6", code=2, words=["known name", "./dev setup"])
    h.check(not hub.log, "no request for what is no id")


@case
def offline_means_offline():
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        Cache(**{name: "1"}).models("fetch", "acme/tiny", code=2, words=["HF_HUB_OFFLINE"])
    h.check(not hub.log, "no request")


@case
def a_cut_body_goes_on_where_it_ended():
    hub.faults["big.gguf"] = [("cut", 1_000_000), ("cut", 500_000)]
    cache = Cache()
    cache.models("fetch", "acme/big", words=["trying again"])
    h.check([r.range for r in hub.requests("GET", port="store")] == [None, "bytes=1000000-", "bytes=1500000-"], hub.log)


@case
def killed_in_the_middle_it_goes_on():
    hub.faults["big.gguf"] = [("slow", 20_000, 0.05)]
    cache = Cache()
    incomplete = cache.model("acme/big") / "blobs" / (BIG_BLOB + ".incomplete")
    run = cache.start("fetch", "acme/big")
    while run.poll() is None and not (incomplete.exists() and incomplete.stat().st_size >= 300_000):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    there = incomplete.stat().st_size
    h.check(300_000 <= there < len(BIG) and not (cache.model("acme/big") / "refs/main").exists(), "killed in the middle")
    hub.log.clear()
    cache.models("fetch", "acme/big", words=["going on from"])
    [again] = hub.requests("GET", port="store")
    h.check(again.range == f"bytes={there}-", again)
    h.check(cache.blobs("acme/big") == {BIG_BLOB, git_blob(b"big")}, "whole, without leftovers")


@case
def damaged_leftovers_are_thrown_away():
    for left in (b"x" * 1000, BIG + b"more", BIG[:-1] + b"\0", b"x" * len(BIG)):
        cache = Cache()
        blobs = cache.model("acme/big") / "blobs"
        blobs.mkdir(parents=True)
        (blobs / (BIG_BLOB + ".incomplete")).write_bytes(left)
        cache.models("fetch", "acme/big")
        h.check((blobs / BIG_BLOB).read_bytes() == BIG, "right in the end")


@case
def a_blob_of_another_size_is_replaced():
    cache = Cache()
    blobs = cache.model("acme/big") / "blobs"
    blobs.mkdir(parents=True)
    (blobs / BIG_BLOB).write_bytes(BIG[:77])
    cache.models("fetch", "acme/big")
    h.check((blobs / BIG_BLOB).read_bytes() == BIG, "whole")


@case
def wrong_bytes_are_refused():
    cache = Cache()
    hub.faults["model.safetensors"] = [("wrong",)]
    cache.models("fetch", "acme/tiny", code=1, words=["not what the hub promised", "SHA-256", "model.safetensors"])
    hub.faults["tokenizer.json"] = [("wrong",)]
    cache.models("fetch", "acme/tiny", code=1, words=["not what the hub promised", "git blob", "tokenizer.json"])
    h.check(not [b for b in cache.blobs("acme/tiny") if b.endswith(".incomplete")], "what is wrong is not kept")
    h.check(not (cache.model("acme/tiny") / "refs").exists(), "no ref to a part")
    cache.models("fetch", "acme/tiny")


@case
def more_than_was_promised_is_refused():
    hub.faults["big.gguf"] = [("more", b"x" * 100_000)]
    Cache().models("fetch", "acme/big", code=1, words=["more than the file has", str(len(BIG))])


@case
def passing_trouble_is_waited_out():
    hub.faults["listing"] = [("status", 500), ("status", 503, [("Retry-After", "1")])]
    hub.faults["HEAD big.gguf"] = [("status", 429)]
    hub.faults["big.gguf"] = [("status", 502)]
    Cache().models("fetch", "acme/big", words=["500", "503", "429", "502", "trying again in 1.0 s"])


@case
def lasting_trouble_is_told():
    hub.faults["listing"] = [("status", 500)] * 20
    Cache().models("fetch", "acme/big", code=1, words=["500"])
    h.check(len(hub.log) == 5, f"{len(hub.log)} tries")
    hub.faults.clear()
    hub.faults["listing"] = [("status", 418)]
    Cache().models("fetch", "acme/big", code=1, words=["418"])
    h.check(len(hub.log) == 1, "no second try")
    Cache(HF_ENDPOINT="http://127.0.0.1:1").models("fetch", "acme/big", code=1, words=["cannot be reached", "HF_ENDPOINT"])


@case
def a_stalled_body_is_given_up_and_taken_up_again():
    hub.faults["big.gguf"] = [("stall", 400_000)]
    Cache(HF_HUB_DOWNLOAD_TIMEOUT="1").models("fetch", "acme/big", words=["nothing came for 1 seconds"])
    h.check("bytes=400000-" in [r.range for r in hub.requests("GET", port="store")], hub.log)


@case
def a_slow_body_may_take_its_time():
    hub.faults["big.gguf"] = [("slow", 125_000, 0.25)]  # six seconds in all
    Cache(HF_HUB_DOWNLOAD_TIMEOUT="5").models("fetch", "acme/big")
    h.check(len(hub.requests("GET", port="store")) == 1, "one request")


@case
def servers_that_know_no_ranges_serve():
    hub.faults["big.gguf"] = [("cut", 1000), ("no range",)]
    Cache().models("fetch", "acme/big")
    hub.faults["big.gguf"] = [("cut", 1000), ("status", 416)]
    Cache().models("fetch", "acme/big")
    hub.faults["big.gguf"] = [("cut", 1000), ("lying range",)]
    Cache().models("fetch", "acme/big", code=1, words=["another part", "bytes 1000-"])


@case
def hostile_names_write_nothing():
    for name in ("../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "evil\0", "evil\n", "e" * 300, "./evil", "a//b", "",
                 "..", "evil\x1b[2J", "/".join(["d"] * 600)):
        model = hub.add("acme/evil", Model({"config.json": CONFIG, "model.safetensors": WEIGHTS}), "main")
        model.siblings = ["config.json", name, "model.safetensors"]
        cache = Cache()
        cache.models("fetch", "acme/evil", code=1, words=["must not be written"])
        h.check(not cache.model("acme/evil").exists(), "nothing was written")
    h.check(not list(folder.rglob("*evil")), "nothing anywhere")


@case
def answers_that_make_no_sense_are_refused():
    listing = {"sha": "0" * 40, "siblings": [{"rfilename": "config.json"}]}
    for words, answer in [("no commit", {**listing, "sha": "../../../x"}), ("no commit", {**listing, "sha": "F" * 40}),
                          ("sha", {"siblings": []}), ("siblings", {"sha": "0" * 40}),
                          ("rfilename", {**listing, "siblings": [{}]}), ("siblings", {**listing, "siblings": 7})]:
        hub.faults["listing"] = [("raw", json.dumps(answer).encode())]
        Cache().models("fetch", "acme/big", code=1, words=[words])
    for raw in (b"", b"[", b"<html>", b"\xff", b"[" * 100_000):
        hub.faults["listing"] = [("raw", raw)]
        Cache().models("fetch", "acme/big", code=1)


@case
def an_endless_listing_is_refused():
    hub.faults["listing"] = [("raw", b" " * (33 << 20))]
    Cache().models("fetch", "acme/big", code=1, words=["too long", str(32 << 20)])


@case
def headers_without_digest_or_size_are_refused():
    for words, headers in [("no digest", [("ETag", '"abc"')]), ("no digest", []),
                           ("no digest", [("ETag", '"' + "../" * 21 + 'x"')]),
                           ("size", [("ETag", '"' + "a" * 40 + '"'), ("X-Linked-Size", "many")]),
                           ("size", [("ETag", '"' + "a" * 40 + '"'), ("X-Linked-Size", str(1 << 63))]),
                           ("another commit", [("ETag", '"' + "a" * 40 + '"'), ("X-Repo-Commit", "b" * 40)])]:
        hub.faults["HEAD big.gguf"] = [("headers", headers)]
        Cache().models("fetch", "acme/big", code=1, words=[words])
    hub.faults["HEAD big.gguf"] = [("headers", [(f"X-{i}", "y" * 1000) for i in range(90)] * 4)]
    Cache().models("fetch", "acme/big", code=1, words=["headers are too long"])


@case
def redirects_are_few():
    hub.faults["big.gguf"] = [("status", 302, [("Location", "/again/big.gguf")])] * 50
    hub.store.bytes["again"] = BIG
    Cache().models("fetch", "acme/big", code=1, words=["too many redirects"])
    hub.faults["big.gguf"] = [("status", 302, [("Location", "file:///etc/passwd")])]
    Cache().models("fetch", "acme/big", code=1)
    hub.faults["big.gguf"] = [("status", 302, [("Location", "/again/big.gguf")])] * 2
    Cache().models("fetch", "acme/big")
    hub.faults["listing"] = [("status", 307, [("Location", hub.url(hub.store) + "/elsewhere")])]
    Cache(HF_TOKEN="hf_secret").models("fetch", "acme/big", code=1, words=["307"])
    h.check(not hub.requests(port="store"), "a listing stays with the hub")


@case
def two_at_once_download_once():
    hub.faults["big.gguf"] = [("slow", 100_000, 0.02)]
    cache = Cache()
    runs = [cache.start("fetch", "acme/big") for _ in range(3)]
    ends = [(run.communicate(), run.returncode) for run in runs]
    h.check([code for _, code in ends] == [0, 0, 0], ends)
    h.check(len(hub.requests("GET", port="store")) == 1, f"{len(hub.requests('GET', port='store'))} downloads")


@case
def a_full_disk_is_told_and_what_came_is_kept():
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    cache = Cache()
    cache.models("fetch", "acme/big", code=1, words=["cannot write", ".incomplete", "make room"], preexec_fn=limit,
                 restore_signals=False)
    incomplete = cache.model("acme/big") / "blobs" / (BIG_BLOB + ".incomplete")
    h.check(incomplete.stat().st_size == 1_000_000, "what came is kept")
    hub.log.clear()
    cache.models("fetch", "acme/big")
    h.check([r.range for r in hub.requests("GET", port="store")] == ["bytes=1000000-"], hub.log)


@case
def more_than_the_disk_has_is_refused_before_the_download():
    hub.faults["HEAD big.gguf"] = [("headers", [("ETag", '"' + "a" * 64 + '"'), ("Content-Length", str(1 << 60)),
                                                ("X-Linked-Size", str(1 << 60))])]
    Cache().models("fetch", "acme/big", code=1, words=["too little room", str((1 << 60) + 3), "HF_HUB_CACHE"])
    h.check(not hub.requests("GET", "resolve"), "nothing was downloaded")


@case
def an_update_that_fails_leaves_the_old_model():
    files = {"config.json": CONFIG, "model.safetensors": WEIGHTS}
    old = hub.add("acme/moving", Model(files, large=["model.safetensors"]), "main")
    cache = Cache()
    cache.models("fetch", "acme/moving")
    new = hub.add("acme/moving", Model({**files, "config.json": CONFIG + b"\n"}, large=["model.safetensors"]), "main")
    hub.faults["config.json"] = [("wrong",)]
    cache.models("fetch", "acme/moving", code=1)
    h.check(old.commit in json.loads(cache.models("show", "acme/moving", "--json").out)["path"], "the old one is whole")
    cache.models("fetch", "acme/moving")
    h.check(new.commit in json.loads(cache.models("show", "acme/moving", "--json").out)["path"], "the new one")


@case
def certificates_are_checked():
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                           "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                          capture_output=True, text=True)
    h.check(made.returncode == 0, made.stderr)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    secure = Hub(folder / "both.pem")
    secure.add("acme/big", big, "main")
    cache = Cache(HF_ENDPOINT=secure.url(), HF_TOKEN="hf_secret")
    cache.models("fetch", "acme/big", code=1, words=["cannot be reached", "certificate"])
    h.check(not secure.log, "nothing was told to a server that nobody vouches for")
    trusting = Cache(HF_ENDPOINT=secure.url(), SSL_CERT_FILE=str(folder / "cert.pem"))
    trusting.models("fetch", "acme/big")
    secure.faults["big.gguf"] = [("status", 302, [("Location", hub.url() + "/x")])]
    Cache(HF_ENDPOINT=secure.url(), SSL_CERT_FILE=str(folder / "cert.pem")).models(
        "fetch", "acme/big", code=1, words=["away from https"])
    h.check(not hub.log, "not followed")


h.clean(folder)
print(f"{len(done)} passed, 0 failed")
