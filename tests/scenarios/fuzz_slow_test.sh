#!/usr/bin/env bash
# Every fuzzer runs a million times under ASan and UBSan without a find. Skipped only where clang cannot be installed.
set -euo pipefail
export QL_ROOT=${QINGLAN_SOURCE:?the sources}
source "$QL_ROOT/tools/dev/lib.sh"
runs=${QINGLAN_FUZZ_RUNS:-1000000}

if ! (listed tools/apt-fuzz.txt | apt_install) || ! have clang++-16; then
  echo "clang cannot be installed here"
  exit 77
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
./dev fuzz all $runs 2>&1 | tee "$log"

# "== name" is followed by libFuzzer's count of executions.
counts=$(awk '/^== / {name = $2} /^stat::number_of_executed_units:/ {print name, $2}' "$log")
echo "executions:"
echo "$counts"
fuzzers=$(find src -path '*/fuzz/*_fuzz.cc' | wc -l)
done_in_full=$(awk -v runs=$runs '$2 >= runs' <<<"$counts" | wc -l)
echo "$done_in_full of $fuzzers fuzzers ran $runs times without a find"
[ "$done_in_full" -eq "$fuzzers" ]
