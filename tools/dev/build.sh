#!/usr/bin/env bash
# help: build [preset] [target...]: release (default, programs in build/bin), dev, asan-ubsan, tsan, fuzz
source "$QL_ROOT/tools/dev/lib.sh"

preset=${1:-release}
[ $# -eq 0 ] || shift
dir=$(build_dir "$preset")

# Configured anew only when the presets or the place of this folder changed: ninja itself watches the rest.
stamp="$(digest CMakePresets.json) $QL_ROOT"
if [ ! -f "$dir/build.ninja" ] || [ "$(cat "$dir/.preset" 2>/dev/null)" != "$stamp" ]; then
  mkdir -p "$dir"
  if [ -f "$dir/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$QL_ROOT" "$dir/CMakeCache.txt"; then
    rm -rf "$dir/CMakeCache.txt" "$dir/CMakeFiles"
  fi
  if ! cmake --preset "$preset" >"$dir/configure.log" 2>&1; then
    cat "$dir/configure.log" >&2
    rm -f "$dir/build.ninja"
    exit 1
  fi
  echo "$stamp" >"$dir/.preset"
fi

# A source that includes LibTorch takes up to 2.5 GB to compile.
jobs=$(nproc)
room=$(awk '/^MemAvailable:/ {print int($2 / 2500000)}' /proc/meminfo)
[ "$room" -ge "$jobs" ] || jobs=$((room > 1 ? room : 1))
cmake --build "$dir" --parallel "$jobs" ${1:+--target "$@"}
