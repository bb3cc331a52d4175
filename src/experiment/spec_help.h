#pragma once
// `qinglan spec`: every key a spec may have, with its default, as one commented TOML text.

#include <string>

namespace qinglan {

std::string spec_help();

}  // namespace qinglan
