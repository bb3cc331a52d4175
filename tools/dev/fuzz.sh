#!/usr/bin/env bash
# help: fuzz [name|all] [runs]: build the fuzzers with clang and run them (100000 runs each unless told)
# Seeds are taken from src/<room>/fuzz/<name>/ where there is such a folder; finds stay in build/fuzz/corpus/<name>,
# crashing inputs in build/fuzz/crashes/.
source "$QL_ROOT/tools/dev/lib.sh"

wanted=${1:-all}
runs=${2:-100000}
dev setup
listed tools/apt-fuzz.txt | apt_install
dev build fuzz fuzzers >&2

dir=$(build_dir fuzz)
mkdir -p "$dir/crashes"
ran=0
for source in src/*/fuzz/*_fuzz.cc; do
  [ -f "$source" ] || continue
  name=$(basename "$source" _fuzz.cc)
  [ "$wanted" = all ] || [ "$wanted" = "$name" ] || continue
  mkdir -p "$dir/corpus/$name"
  folders=("$dir/corpus/$name")
  [ ! -d "${source%/*}/$name" ] || folders+=("${source%/*}/$name")
  echo "== $name"
  # Leaks are looked for once, at the end: after each run it takes twenty times as long where a library keeps caches.
  "$dir/bin/${name}_fuzz" -runs="$runs" -detect_leaks=0 -max_len=4096 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
    -print_funcs=0 -print_final_stats=1 -artifact_prefix="$dir/crashes/$name-" "${folders[@]}"
  ran=$((ran + 1))
done
[ $ran -gt 0 ] || die "fuzz: no fuzzer \"$wanted\" (known: $(find src -path '*/fuzz/*_fuzz.cc' -printf '%f ' | sed 's/_fuzz\.cc//g'))"
say "$ran fuzzer(s) ran $runs times each without a find"
