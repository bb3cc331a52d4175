#include "experiment/profile.h"

#include "base/processor.h"
#include "qinglan_version.h"

namespace qinglan {

Json numerics_profile(std::int64_t threads, const std::string& device) {
  return {{"numerics", kNumericsVersion}, {"torch", kTorchVersion}, {"isa", isa_level()},
          {"threads", threads},           {"device", device},       {"world", 1}};
}

}  // namespace qinglan
