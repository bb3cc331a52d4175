#pragma once
// Models that have a short name because a package carries them, and how a given name becomes files.

#include <cstdint>
#include <string>
#include <vector>

#include "io/deps_folder.h"

namespace qinglan {

enum class ModelPlace { site_packages, models };  // <deps>/venv/lib/python3*/site-packages, <deps>/models

struct KnownModel {
  std::string name, summary, package, licence;
  ModelPlace place;
  std::string file;  // path below the place: a .gguf file or a Hugging Face folder
  std::int64_t parameters;
};

const std::vector<KnownModel>& known_models();

// Where a known model lies. Throws Error{usage} when it is not installed (says to run ./dev setup).
std::string installed_path(const KnownModel& model);

// A known name, a path, or a hub id ("owner/name[@revision][:file.gguf]") that the Hugging Face cache has, in
// this order, as its .gguf file or folder. Never uses the network. Throws Error{usage}: an unknown name
// (known ones listed, nearest named), known but not installed, an id that the cache lacks (says how to fetch
// it) or of which several .gguf files are there.
std::string find_model(const std::string& given);

}  // namespace qinglan
