#!/usr/bin/env bash
# help: format all C++ sources; --check only tells which are not
source "$QL_ROOT/tools/dev/lib.sh"

listed tools/apt-lint.txt | apt_install
files=$(find . -path ./build -prune -o -path ./.deps -prune -o -type f \( -name '*.h' -o -name '*.cc' \) -print | sort)
if [ "${1:-}" != --check ]; then
  echo "$files" | xargs -r clang-format-16 -i
  exit 0
fi
badly=$(echo "$files" | xargs -r clang-format-16 --dry-run 2>&1 | sed -n 's/^\([^ :]*\):[0-9].*/\1/p' | sort -u)
[ -z "$badly" ] || { echo "$badly"; die "these files are not formatted: run ./dev format"; }
