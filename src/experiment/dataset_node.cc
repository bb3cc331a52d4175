#include "experiment/dataset_node.h"

#include <filesystem>

#include "data/dataset.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

Json files_of(const DatasetSpec& data, DigestMemo& memo) {
  Json files = Json::array();
  for (const auto& file : dataset_files(data))
    files.push_back({{"name", fs::path(file).filename().string()}, {"sha256", memo.digest(file)}});
  return files;
}

Json dataset_params(const Spec& spec, DigestMemo& memo) {
  const DatasetSpec& data = spec.data;
  Json params = {{"files", files_of(data, memo)},
                 {"label", data.label},
                 {"id", data.id},
                 {"group", data.group},
                 {"columns", data.columns},
                 {"text", data.text},
                 {"train", data.train},
                 {"test", data.test},
                 {"seed", data.seed},
                 {"balance", data.balance ? Json(*data.balance) : Json("auto")},
                 {"allow_overlap", data.allow_overlap},
                 {"recipe", fs::exists(data.path) ? "" : data.path}};
  if (!data.choices.empty()) params["choices"] = data.choices;
  if (data.group_words) params["group_words"] = data.group_words;
  if (!data.recipe.empty()) params["derived"] = data.recipe;
  if (!spec.spoiling.test_path.empty()) {
    const DatasetSpec other = tested_elsewhere(data, spec.spoiling.test_path);
    params["tested"] = {{"files", files_of(other, memo)},
                        {"recipe", fs::exists(other.path) ? "" : other.path}};
  }
  if (!spec.spoiling.trigger.empty())
    params["trigger"] = {{"word", spec.spoiling.trigger}, {"share", spec.spoiling.trigger_share}};
  return params;
}

Node make_dataset_node(const char* kind, const Spec& spec, DigestMemo& memo) {
  Node node;
  node.kind = kind;
  node.params = dataset_params(spec, memo);
  node.title = std::string(kind) + " " + spec.data.path;
  return node;
}

}  // namespace

Node dataset_node(const Spec& spec, DigestMemo& memo) { return make_dataset_node("dataset", spec, memo); }
Node truth_node(const Spec& spec, DigestMemo& memo) { return make_dataset_node("ground_truth", spec, memo); }

}  // namespace qinglan
