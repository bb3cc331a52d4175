#include "worker/step.h"

#include <unordered_map>

#include "base/error.h"
#include "data/template.h"

namespace qinglan {
namespace {

using Run = void (*)(Step&);

struct Entry {
  const char* kind;
  const char* learner;  // nullptr: whatever it is
  Run run;
};

// clang-format off
constexpr Entry kSteps[] = {
    {"features", nullptr, run_features},
    {"trunk", nullptr, run_trunk},
    {"weak_labels", nullptr, run_weak_labels},
    {"gold_rows", nullptr, run_gold_rows},
    {"shots", nullptr, run_shots},
    {"weak_floor", "lexicon", run_rule_floor},
    {"weak_floor", "labels", run_rule_floor},
    {"weak_floor", "annotators", run_rule_floor},
    {"weak_floor", "corrupted", run_corrupt},
    {"weak_floor", "zero-shot", run_zero_shot},
    {"weak_floor", "few-shot", run_few_shot},
    {"weak_floor", "consistency", run_consistency},
    {"weak_floor", "icm", run_coherence},
    {"weak_floor", "ccs", run_elicit},
    {"weak_floor", "ueeh", run_elicit},
    {"weak_floor", "pca", run_elicit},
    {"weak_floor", "mean-diff", run_elicit},
    {"control", "zero-shot", run_zero_shot},
    {"strong_ceiling", "choice", run_choice},
    {"weak_to_strong", "choice", run_choice},
    {"control", "choice", run_choice},
    {"weak_floor", nullptr, run_fit},
    {"strong_ceiling", nullptr, run_fit},
    {"weak_to_strong", nullptr, run_fit},
    {"control", nullptr, run_fit},
    {"export", nullptr, run_export},
};
// clang-format on

std::string learner_of(const Node& node) {
  const auto it = node.params.find("learner");
  return it == node.params.end() ? "" : it->value("kind", "");
}

}  // namespace

void run_step(Step& step) {
  const std::string learner = learner_of(step.node);
  for (const auto& entry : kSteps)
    if (step.node.kind == entry.kind && (!entry.learner || learner == entry.learner)) return entry.run(step);
  throw Error(ErrorKind::unsupported, "this worker does not know nodes of kind '" + step.node.kind + "'")
      .hint("engine and worker are of different builds: ./dev build");
}

void Step::write_predictions(const PredictionSets& sets) const {
  qinglan::write_predictions(store.fs(), result + "/" + kPredictionsFile, sets);
}

void Step::write_summary(const Json& summary) const {
  store.fs().write(result + "/" + kSummaryFile, canonical_json(summary) + "\n");
}

std::vector<std::string> render_texts(const std::vector<Example>& rows, const std::string& text_template) {
  const Template parsed = Template::parse(text_template);
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const auto& row : rows) texts.push_back(parsed.render(row.fields));
  return texts;
}

std::vector<std::string> ids_of(const std::vector<Example>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.id);
  return ids;
}

std::vector<Example> pick(const std::vector<Example>& rows, const std::vector<std::size_t>& wanted) {
  std::vector<Example> picked;
  picked.reserve(wanted.size());
  for (const std::size_t index : wanted) picked.push_back(rows[index]);
  return picked;
}

std::vector<std::size_t> rows_by_id(const std::vector<Example>& rows, const std::vector<std::string>& ids) {
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < rows.size(); ++i) row_of.emplace(rows[i].id, i);
  std::vector<std::size_t> found;
  found.reserve(ids.size());
  for (const auto& id : ids) {
    const auto row = row_of.find(id);
    QL_CHECK(row != row_of.end(), "no row has the id " + id);
    found.push_back(row->second);
  }
  return found;
}

std::vector<float> values_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kFloat32).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

Predictions predictions_of(const std::vector<Example>& rows, std::size_t classes, std::vector<float> logits) {
  return {ids_of(rows), classes, std::move(logits)};
}

}  // namespace qinglan
