#pragma once
// One function a profile, each in its own file.

#include "catalog/compat.h"

namespace qinglan {

Compat openai_compat();
Compat eleuther_compat();

}  // namespace qinglan
