#include "experiment/label_words.h"

#include <set>

#include "base/error.h"
#include "experiment/ask_worker.h"

namespace qinglan {
namespace {

void ask(const std::string& model, const Json& words, const std::string& worker) {
  try {
    ask_worker(worker, {"words", canonical_json({{"model", model}, {"words", words}})});
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid_input) throw;
    throw Error(ErrorKind::usage, e.message()).in("label_words of " + model);
  }
}

}  // namespace

void check_label_words(const Plan& plan, const Store& store, const std::string& worker) {
  std::set<std::pair<std::string, Json>> questions;
  for (const auto& [key, node] : plan.nodes) {
    if (store.has(key)) continue;
    const auto model = node.files.find("model");
    const auto words = node.settings().find("label_words");
    if (model != node.files.end() && words != node.settings().end()) questions.emplace(model->second, *words);
  }
  for (const auto& [model, words] : questions) ask(model, words, worker);
}

}  // namespace qinglan
