#pragma once
// A supervisor of kind "corrupted": ground truth with errors put in on purpose (supervise/corruptor.h).

#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

// The keys that values["corrupt"] reads. Keys of other corruptors are left out, so that `corrupt` may be an
// axis. Throws Error{usage}: no or unknown `corrupt`, a key that it needs and lacks, a rate outside [0, 1), a
// key that the user set and that no corruptor reads.
Json corrupted_values(const Json& values, const std::string& source);

// What people call it: "symmetric:0.25".
std::string corrupted_name(const Json& values);

// The part of the values that shapes the labels, "kind" first. Throws Error{usage} where `rates` do not fit
// the classes.
Json corruption_of(const Json& values, const std::vector<std::string>& classes);

}  // namespace qinglan
