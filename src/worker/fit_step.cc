// Everything that learns: supervisors, ceilings, students and the controls that are students of something
// else. They differ in the learner, in the rows and in whose labels they see, never in code.

#include <algorithm>

#include "base/error.h"
#include "data/gold_rows.h"
#include "data/labels.h"
#include "data/split.h"
#include "io/safetensors.h"
#include "supervise/gold_use.h"
#include "supervise/ngrams.h"
#include "text/prompt.h"
#include "train/predict.h"
#include "train/probe.h"
#include "train/recipe.h"
#include "train/tensor_view.h"
#include "train/trainer.h"
#include "worker/step.h"
#include "worker/student_base.h"

namespace qinglan {
namespace {

struct Task {
  const Inputs& inputs;
  std::vector<Example> transfer;           // of this seed
  std::vector<std::size_t> transfer_rows;  // of inputs.train
  TrainingLabels labels;
  std::vector<std::size_t> rows;  // of inputs.train, in the order of labels.ids()
  std::uint64_t seed;
};

// Whether `some` are of `all`, in the same order.
bool are_some_of(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  auto at = all.begin();
  return std::all_of(some.begin(), some.end(), [&](const std::string& id) {
    at = std::find(at, all.end(), id);
    return at != all.end() && at++ != all.end();
  });
}

TrainingLabels labels_for(const Step& step, const std::vector<Example>& half) {
  const Json& params = step.node.params;
  if (!step.node.inputs.contains("truth")) {
    WeakLabels weak = read_weak_labels(step.input("labels") + "/" + kLabelsFile);
    const bool whole = params.at("rows") == "transfer";  // else those of it that stages left
    QL_CHECK(whole ? weak.ids == ids_of(half) : are_some_of(weak.ids, ids_of(half)),
             "weak labels are for other rows");
    const bool hard = params.at("method").at("params").value("hard", false);
    if (!step.node.inputs.contains("gold")) return TrainingLabels::from(weak, hard);
    const Json& use = params.at("method").at("gold");
    const GoldRows gold = read_gold_rows(step.store.fs(), step.input("gold") + "/" + kGoldFile);
    return TrainingLabels::with_gold(weak, gold, gold_use(use.at("use"), use.at("params"), weak, gold), hard);
  }
  const std::string purpose = params.at("rows") == "supervision" ? "supervision" : "ceiling";
  return TrainingLabels::from(read_truth(step.input("truth")), ids_of(half),
                              GoldBudget{purpose, half.size()});
}

Task read_task(Step& step) {
  const std::uint64_t seed = step.node.params.at("seed");
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Halves halves = split_halves(inputs.train, seed);
  const bool supervision = step.node.params.at("rows") == "supervision";
  TrainingLabels labels =
      labels_for(step, pick(inputs.train, supervision ? halves.supervision : halves.transfer));
  std::vector<std::size_t> rows = rows_by_id(inputs.train, labels.ids());
  std::vector<Example> transfer = pick(inputs.train, halves.transfer);
  return {inputs, std::move(transfer), halves.transfer, std::move(labels), std::move(rows), seed};
}

std::unique_ptr<Objective> objective_of(const Step& step, const Task& task) {
  const Json& method = step.node.params.at("method");
  return make_objective(method.at("name"), method.at("params"),
                        static_cast<std::int64_t>(task.labels.classes()));
}

Json curve_json(const std::vector<CurvePoint>& curve) {
  Json points = Json::array();
  for (const auto& point : curve)
    points.push_back({{"step", point.step}, {"epoch", point.epoch}, {"train_loss", point.train_loss}});
  return points;
}

Json summary_of(const Task& task, double final_loss, Json curve) {
  return {{"final_train_loss", final_loss},
          {"label_entropy", task.labels.prior_entropy()},
          {"ground_truth", task.labels.certificate()},
          {"skipped", task.labels.skipped()},
          {"rows", task.labels.size()},
          {"curve", std::move(curve)}};
}

void fit_ngrams(Step& step, const Task& task) {
  const Json& learner = step.node.params.at("learner");
  const NgramConfig config{.max_n = learner.at("max_n"),
                           .min_count = learner.at("min_count"),
                           .l2 = learner.at("ngram_l2"),
                           .length_only = learner.value("length_only", false)};
  const std::string text = learner.at("text");
  const NgramModel model =
      NgramModel::fit(render_texts(pick(task.inputs.train, task.rows), text), task.labels, config);
  const auto answer = [&](const std::vector<Example>& rows) {
    return predictions_of(rows, task.labels.classes(), model.logits(render_texts(rows, text)));
  };
  step.write_predictions({{"transfer", answer(task.transfer)}, {"test", answer(task.inputs.test)}});
  Json summary = summary_of(task, model.final_loss(), Json::array());
  summary["features"] = model.features();
  summary["converged"] = model.converged();
  step.write_summary(summary);
}

torch::Tensor rows_of(const torch::Tensor& features, const std::vector<std::size_t>& rows) {
  const std::vector<std::int64_t> wanted(rows.begin(), rows.end());
  return features.index_select(0, torch::tensor(wanted, torch::kInt64));
}

using Kept = std::vector<NamedTensor>;

void keep_student(const Step& step, const Kept& kept) {
  std::vector<torch::Tensor> alive;  // views do not own
  TensorMap views;
  for (const auto& [name, tensor] : kept) {
    alive.push_back(tensor.detach().contiguous());
    views[name] = view_of(alive.back());
  }
  write_safetensors(step.store.fs(), step.result + "/" + kStudentFile, views);
}

void fit_probe(Step& step, const Task& task, const Recipe& recipe) {
  const torch::Tensor& features = step.inputs.features(step.node.inputs.at("features"));
  const auto train = static_cast<std::int64_t>(task.inputs.train.size());
  const auto test = static_cast<std::int64_t>(task.inputs.test.size());
  QL_CHECK(features.size(0) == train + test, "features are for other rows");
  const auto objective = objective_of(step, task);
  const SharedProblem shared = step.inputs.problem(step.node, task.rows, task.labels, recipe.probe);
  const Probe probe = Probe::fit(*shared.problem, task.labels, *objective, recipe.probe);
  step.flops = probe.flops() - shared.flops_before;

  const auto answer = [&](const std::vector<Example>& rows, const torch::Tensor& x) {
    return predictions_of(rows, task.labels.classes(), values_of(probe.logits(x)));
  };
  step.write_predictions({{"transfer", answer(task.transfer, rows_of(features, task.transfer_rows))},
                          {"test", answer(task.inputs.test, features.slice(0, train))}});
  keep_student(step, {{"head.weight", probe.weight()}, {"head.bias", probe.bias()}});
  Json summary = summary_of(task, probe.final_train_loss(), curve_json(probe.curve()));
  summary["l2"] = probe.l2();
  summary["l2_path"] = probe.path();
  step.write_summary(summary);
}

// Marks the points where an epoch ended with the answers given then.
Json curve_with_checkpoints(const TrainingResult& result, std::int64_t epochs) {
  Json curve = curve_json(result.curve);
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    Json* last = nullptr;
    for (auto& point : curve)
      if (point["epoch"].get<double>() <= static_cast<double>(epoch) + 1e-9) last = &point;
    if (last) (*last)["predictions"] = "test.epoch" + std::to_string(epoch);
  }
  return curve;
}

ClassificationHead first_head(const StudentBase& base, const Recipe& recipe, std::size_t classes) {
  if (recipe.label_words.empty()) {
    const ModelConfig& config = base.backbone().config();
    return ClassificationHead(static_cast<std::int64_t>(classes), config.hidden,
                              /*bias=*/config.kind == ModelKind::encoder);
  }
  QL_CHECK(recipe.label_words.size() == classes, "label words for another number of classes");
  return ClassificationHead::of_words(base.backbone(), label_tokens(base.tokenizer(), recipe.label_words));
}

void fine_tune(Step& step, const Task& task, const Recipe& recipe) {
  StudentBase base(step, recipe, task.inputs, task.rows, task.transfer_rows);
  const ModelConfig& config = base.backbone().config();
  ClassificationHead head = first_head(base, recipe, task.labels.classes());
  std::optional<LoraAdapter> adapter;
  if (!base.own()) adapter = LoraAdapter::create(config, recipe.lora, task.seed, base.first());
  const auto objective = objective_of(step, task);
  const TrainingTask training{
      base.train(),    &task.labels,
      objective.get(), {{"test", base.test()}},
      task.seed,       step.node.recompute ? Activations::recompute : Activations::keep};
  CheckpointPolicy checkpoints{.fs = &step.store.fs(), .folder = step.work, .seconds = 15};
  const TrainingResult result =
      adapter ? train_adapter(base.backbone(), head, *adapter, training, recipe, checkpoints, step.hooks)
              : train_model(*base.own(), head, nullptr, training, recipe, checkpoints, step.hooks);
  step.flops = result.flops;

  const Student student{&base.backbone(), &head, adapter ? &*adapter : nullptr,
                        recipe.poolings(config.kind).front()};
  PredictionSets sets;
  sets["transfer"] = predictions_of(task.transfer, task.labels.classes(),
                                    values_of(predict_logits(student, base.transfer(), step.hooks)));
  for (const auto& [name, logits] : result.evaluations)
    sets[name] = predictions_of(task.inputs.test, task.labels.classes(), values_of(logits));
  sets["test"] = sets.at("test.epoch" + std::to_string(recipe.epochs));
  step.write_predictions(sets);
  if (adapter || step.node.params.value("keep", false)) {
    Kept kept = adapter ? adapter->parameters() : base.own()->parameters();
    kept.insert(kept.end(), head.parameters().begin(), head.parameters().end());
    keep_student(step, kept);
  }
  Json summary = summary_of(task, result.final_train_loss, curve_with_checkpoints(result, recipe.epochs));
  summary["truncated"] = base.truncated();
  step.write_summary(summary);
}

}  // namespace

void run_fit(Step& step) {
  const Task task = read_task(step);
  Json learner = step.node.params.at("learner");
  const std::string kind = learner.at("kind");
  if (kind == "ngrams") return fit_ngrams(step, task);
  learner.erase("kind");
  learner["tune"] = kind;
  const Recipe recipe = Recipe::from_json(Prompt::without_keys(std::move(learner)));
  kind == "probe" ? fit_probe(step, task, recipe) : fine_tune(step, task, recipe);
}

}  // namespace qinglan
