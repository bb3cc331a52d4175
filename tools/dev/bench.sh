#!/usr/bin/env bash
# help: build and run the benchmarks; --json prints one array; names choose some of them
source "$QL_ROOT/tools/dev/lib.sh"

json=0
names=()
for option in "$@"; do
  case $option in
    --json) json=1 ;;
    -*)
      say "bench: unknown option $option (known: --json)"
      exit 2
      ;;
    *) names+=("$option") ;;
  esac
done
if [ ${#names[@]} -eq 0 ]; then
  for source in bench/*_bench.cc; do
    [ ! -f "$source" ] || names+=("$(basename "$source" _bench.cc)")
  done
fi

dev setup
dev build release qinglan bench >&2
if [ $json = 0 ]; then
  for name in ${names[@]+"${names[@]}"}; do
    echo "== $name"
    "build/bin/${name}_bench"
  done
  exit 0
fi
# Each program prints an array with --json; they are joined into one.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for name in ${names[@]+"${names[@]}"}; do
  say "bench $name"
  "build/bin/${name}_bench" --json >"$results/$name.json"
done
python3 - "$results" <<'PY'
import json, pathlib, sys
joined = [row for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")) for row in json.loads(path.read_text())]
print(json.dumps(joined, indent=1, ensure_ascii=False))
PY
