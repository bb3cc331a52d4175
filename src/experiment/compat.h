#pragma once
// Which deviations of its compat profile a spec is under: those whose value some cell has, those that keys of
// the spec set aside, and those that nothing in the spec reads.

#include "base/json.h"
#include "catalog/compat.h"
#include "experiment/spec.h"

namespace qinglan {

// {"name","source","deviations","set_aside","not_met"}: the last three list names of deviations. `data` is
// the resolved section.
Json compat_document(const Compat& compat, const Spec& spec, const Json& data);

}  // namespace qinglan
