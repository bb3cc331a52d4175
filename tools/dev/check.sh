#!/usr/bin/env bash
# help: everything that can be judged without running: format, rooms, sizes, links, symbols of the programs
source "$QL_ROOT/tools/dev/lib.sh"

failed=0
attempt() {
  echo "== $1"
  shift
  "$@" || failed=1
}

shell_syntax() {
  local file status=0
  for file in dev .ci/run tools/*.sh tools/dev/*.sh tests/scenarios/*.sh; do
    [ ! -f "$file" ] || bash -n "$file" || status=1
  done
  return $status
}

# The control plane starts in milliseconds because it is not linked with LibTorch.
no_torch_in_control_plane() {
  [ -x build/bin/qinglan ] || { echo "build/bin/qinglan is not built: skipped"; return 0; }
  ! ldd build/bin/qinglan | grep -E 'lib(torch|c10)'  # not a bare c10: addresses are hex
}

# Weights never come from a pickle: the worker must not call what reads one.
no_pickle_in_worker() {
  [ -x build/bin/qinglan-worker ] || { echo "build/bin/qinglan-worker is not built: skipped"; return 0; }
  ! nm -C build/bin/qinglan-worker | grep -E 'torch::load\b|torch::jit::(load|pickle_load|Unpickler)|torch::pickle_load'
}

attempt "format" dev format --check
attempt "rooms" python3 tools/check_rooms.py
attempt "sources and documents" python3 tools/check_source.py
attempt "shell syntax" shell_syntax
attempt "no LibTorch in qinglan" no_torch_in_control_plane
attempt "no pickle in qinglan-worker" no_pickle_in_worker
[ $failed = 0 ] || die "check failed"
say "check passed"
