#!/usr/bin/env bash
# help: set up, build and run the main job; options go to `qinglan run` (--seeds 5, --store DIR ...)
source "$QL_ROOT/tools/dev/lib.sh"

dev setup
log=$QL_ROOT/build/quickstart-build.log
mkdir -p "$QL_ROOT/build"
if [ -t 2 ] || [ ! -x build/bin/qinglan-worker ]; then
  say "building (the first time takes some minutes)"
fi
dev build release qinglan qinglan-worker >"$log" 2>&1 || { tail -40 "$log" >&2; die "the build failed: $log"; }

# `run` closes by telling where the report lies.
html=(--html "$QL_ROOT/build/quickstart.html")
[[ " $* " != *" --html"* ]] || html=()
exec build/bin/qinglan run examples/quickstart.toml ${html[@]+"${html[@]}"} "$@"
