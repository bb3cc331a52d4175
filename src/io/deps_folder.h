#pragma once
// The folder that `./dev setup` fills: packaged models (venv/) and data (data/).

#include <string>

namespace qinglan {

// $QINGLAN_DEPS, else .deps two folders above the running program's if it is there, else .deps of the sources
// this was built from. It need not exist.
std::string deps_folder();

}  // namespace qinglan
