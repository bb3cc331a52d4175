#pragma once
// `qinglan spec`: every key a spec may have, with its default where it has one.

#include <string>

namespace qinglan {

std::string spec_help();

}  // namespace qinglan
