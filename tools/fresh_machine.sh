#!/usr/bin/env bash
# Shows what a new user sees: a debootstrap'ed Debian 12 folder that never saw this project, with a clean clone
# in it (and ../shared/data beside it, where there is such a folder), in which a command is run and measured.
#   sudo tools/fresh_machine.sh [--worktree] [--keep] [--again] [COMMAND...]      (default: ./dev quickstart)
# --worktree  take the files as they lie here instead of what is committed
# --keep      leave the folder in place afterwards
# --again     go on in the folder that --keep left (with --worktree: after copying the files over once more)
# The mirror, its options and the settings of pip and cargo are this machine's own. QL_FRESH_DIR is where the
# folders are made (default /var/tmp/qinglan-fresh); the bare system is kept there for the next time.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
place=${QL_FRESH_DIR:-/var/tmp/qinglan-fresh}
bare=$place/bare
fresh=$place/root
worktree=0 keep=0 again=0
while [ $# -gt 0 ]; do
  case $1 in
    --worktree) worktree=1 ;;
    --keep) keep=1 ;;
    --again) again=1 ;;
    --*)
      echo "fresh_machine: unknown option $1" >&2
      exit 2
      ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || set -- ./dev quickstart
[ "$(id -u)" -eq 0 ] || { echo "fresh_machine: debootstrap and chroot need root" >&2; exit 1; }

say() { echo "fresh_machine: $*" >&2; }
# The lists that apt reads: it passes over files of other endings.
sources() {
  find /etc/apt -maxdepth 2 -type f \( -path /etc/apt/sources.list -o -path "/etc/apt/sources.list.d/*.list" \
    -o -path "/etc/apt/sources.list.d/*.sources" \)
}

# The first mirror that this machine gets the suite bookworm from, in either form of apt's lists.
mirror() {
  sources | xargs -r cat | awk '
    /^URIs:/ { uri = $2 }
    /^Suites:/ { for (i = 2; i <= NF; ++i) if ($i == "bookworm" && !found) found = uri }
    /^deb / { sub(/\[[^]]*\]/, ""); if ($3 == "bookworm" && !found) found = $2 }
    END { print found }'
}

make_bare() {
  command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >&2
  say "debootstrap into $bare"
  rm -rf "$bare" "$bare.new"
  mkdir -p "$place"
  debootstrap --variant=minbase bookworm "$bare.new" "$(mirror)" >"$place/debootstrap.log" 2>&1 ||
    { tail -5 "$place/debootstrap.log" >&2; exit 1; }
  mv "$bare.new" "$bare"
}

# This machine's way to the registries: apt's Debian sources and fetch options, resolver, certificates, pip, cargo.
lend_settings() {
  local file
  rm -f "$fresh/etc/apt/sources.list"
  sources | while read -r file; do
    if grep -q bookworm-security "$file"; then cp "$file" "$fresh$file"; fi
  done
  [ -n "$(ls "$fresh"/etc/apt/sources.list.d "$fresh"/etc/apt/sources.list 2>/dev/null)" ] ||
    cp "$bare/etc/apt/sources.list" "$fresh/etc/apt/sources.list"
  { grep -lE '^ *Acquire::(http|https|Check|Retries)' /etc/apt/apt.conf.d/* || true; } | while read -r file; do
    cp "$file" "$fresh/etc/apt/apt.conf.d/"
  done
  cp -L /etc/resolv.conf /etc/hosts "$fresh/etc/"
  [ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$fresh/opt/certificates.crt"
  for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" "$HOME/.cargo/config.toml"; do
    if [ -f "$file" ]; then
      mkdir -p "$fresh$(dirname "${file/#$HOME//root}")"
      cp "$file" "$fresh${file/#$HOME//root}"
      sed -i 's|/etc/ssl/certs/ca-certificates.crt|/opt/certificates.crt|' "$fresh${file/#$HOME//root}"
    fi
  done
}

make_fresh() {
  [ -d "$bare" ] || make_bare
  say "a fresh copy in $fresh"
  rm -rf "$fresh"
  cp -a "$bare" "$fresh"
  mkdir -p "$fresh/project/shared"
  [ $worktree = 1 ] || git clone -q --no-hardlinks "$root" "$fresh/project/main"
  [ ! -d "$root/../shared/data" ] || cp -a "$root/../shared/data" "$fresh/project/shared/data"
  lend_settings
}

# The files that git knows or would take, as they lie here.
lend_worktree() {
  mkdir -p "$fresh/project/main"
  git -C "$root" ls-files -z --cached --others --exclude-standard |
    tar -c -C "$root" --null --ignore-failed-read -T - | tar -x -C "$fresh/project/main" --no-same-owner
}

if [ $again = 0 ]; then make_fresh; fi
if [ $worktree = 1 ]; then lend_worktree; fi
[ -d "$fresh/project/main" ] || { say "--again: nothing was kept in $fresh"; exit 1; }

environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "TERM=${TERM:-dumb}")
while IFS= read -r setting; do
  environment+=("$setting")
done < <(env | grep -E '^(PIP_(INDEX_URL|EXTRA_INDEX_URL|DEFAULT_TIMEOUT|TRUSTED_HOST)|CARGO_(REGISTR|SOURCE|NET_|HTTP_)[A-Z0-9_]*|https?_proxy|no_proxy|CI)=' || true)
if [ -f "$fresh/opt/certificates.crt" ]; then
  for name in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE CARGO_HTTP_CAINFO; do
    environment+=("$name=/opt/certificates.crt")
  done
fi

# Mounts live in a name space of their own and vanish with the command.
say "running: $*"
status=0
# shellcheck disable=SC2016
python3 "$root/tools/measure.py" unshare --mount --pid --fork --kill-child bash -c '
  set -e
  fresh=$1; shift
  mount -t proc proc "$fresh/proc"
  mount --rbind /dev "$fresh/dev"
  exec chroot "$fresh" "$@"' fresh "$fresh" \
  env -i "${environment[@]}" sh -c 'cd /project/main && exec "$@"' fresh "$@" || status=$?
if [ $keep = 1 ] || [ $status -ne 0 ]; then
  say "the folder is left in $fresh"
else
  rm -rf "$fresh"
fi
exit $status
