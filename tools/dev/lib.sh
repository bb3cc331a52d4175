# shellcheck shell=bash
# Shared by the verbs of ./dev; sourced, never run.
# QL_ROOT is the repository, set by ./dev.
set -euo pipefail
: "${QL_ROOT:?run this through ./dev}"
DEPS=$QL_ROOT/.deps
cd "$QL_ROOT"

export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$QL_ROOT}
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}

say() { echo "dev: $*" >&2; }
die() {
  say "$*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
dev() { "$QL_ROOT/dev" "$@"; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

# Packages of a list file, a line each; `#` starts a comment.
listed() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

# Of the Debian packages named on standard input, those that are not installed.
apt_missing() {
  local wanted installed
  wanted=$(sort -u)
  [ -n "$wanted" ] || return 0
  # shellcheck disable=SC2086  # one word a package
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii *//p' | sort -u || true)
  comm -23 <(echo "$wanted") <(echo "$installed")
}

# Installs the Debian packages named on standard input that are missing.
apt_install() {
  local missing runner=()
  mkdir -p "$DEPS"
  if ! have dpkg-query; then
    say "not a Debian system: install what these packages hold yourself: $(sort -u | xargs)"
    return 0
  fi
  missing=$(apt_missing | xargs)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || die "neither root nor sudo: have these Debian packages installed, then try again: $missing"
    runner=(sudo --preserve-env=DEBIAN_FRONTEND)
  fi
  say "installing Debian packages: $missing"
  export DEBIAN_FRONTEND=noninteractive
  ${runner[@]+"${runner[@]}"} apt-get update -qq
  # shellcheck disable=SC2086
  ${runner[@]+"${runner[@]}"} apt-get install -y -qq --no-install-recommends $missing >"$DEPS/apt.log" 2>&1 ||
    { tail -20 "$DEPS/apt.log" >&2; die "apt-get failed; all it said is in $DEPS/apt.log"; }
}

# Where a preset builds.
build_dir() {
  if [ "$1" = release ]; then echo "$QL_ROOT/build"; else echo "$QL_ROOT/build/$1"; fi
}
