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
    names+=("$(basename "$source" _bench.cc)")
  done
fi

dev setup
dev build release qinglan bench >&2

# Each program prints its rows to standard error as they are known, and an array of them at its end. One that
# fails does not keep the others from running.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
failed=()
for name in "${names[@]}"; do
  say "bench $name"
  "build/bin/${name}_bench" --json >"$results/$name.json" || failed+=("$name")
done
python3 - "$results" $json <<'PY'
import collections
import json
import pathlib
import sys

texts = [path.read_text() for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
rows = [row for text in texts if text for row in json.loads(text)]
if sys.argv[2] == "1":
    print(json.dumps(rows, indent=1, ensure_ascii=False))
else:
    for row in rows:
        print(f"{row['name']:76} {row['ours']:12.4g} {row['theirs']:12.4g} {row['unit']:10} {row['ratio']:8.3g}x  {row['verdict']}")
counts = collections.Counter(row["verdict"] for row in rows)
print(f"{len(rows)} rows:", ", ".join(f"{count} {what}" for what, count in counts.items()), file=sys.stderr)
PY
[ ${#failed[@]} -eq 0 ] || die "failed: ${failed[*]}"
