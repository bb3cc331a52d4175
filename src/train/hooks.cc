#include "train/hooks.h"

#include "base/error.h"

namespace qinglan {

void check_stop(const RunHooks& hooks) {
  if (hooks.stop && hooks.stop())
    throw Error(ErrorKind::interrupted, "stopped as asked; what was done is kept");
}

}  // namespace qinglan
