#pragma once
// Models that have a short name because a package carries them, and how a given name or path becomes files.

#include <cstdint>
#include <string>
#include <vector>

#include "io/deps_folder.h"

namespace qinglan {

struct KnownModel {
  std::string name, summary, package, licence;
  std::string file;  // path below a Python site-packages folder: a .gguf file or a Hugging Face folder
  std::int64_t parameters;
};

const std::vector<KnownModel>& known_models();

// Where a known model lies: below <deps>/venv/lib/python3*/site-packages. Throws Error{usage} when it is not
// installed (says to run ./dev setup).
std::string installed_path(const KnownModel& model);
// A path as it is; a known name as its file. Throws Error{usage}: unknown name (known ones listed, nearest
// named), or known but not installed.
std::string find_model(const std::string& name_or_path);

}  // namespace qinglan
