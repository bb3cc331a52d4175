#!/usr/bin/env bash
# help: set up, build, run the tests; --slow runs only the slow ones (about half an hour), --all both; other options go to ctest
source "$QL_ROOT/tools/dev/lib.sh"

select=(-LE slow)
rest=()
for option in "$@"; do
  case $option in
    --slow) select=(-L slow) ;;
    --all) select=() ;;
    *) rest+=("$option") ;;
  esac
done

# Two programs at a time on few cores: threads that wait must not spin (src/experiment/worker_process.cc).
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-1000}

dev setup
dev build release
exec ctest --test-dir build --output-on-failure --no-tests=error -j2 \
  ${select[@]+"${select[@]}"} ${rest[@]+"${rest[@]}"}
