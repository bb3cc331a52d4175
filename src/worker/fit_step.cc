// Everything that learns: supervisors, ceilings, students and the controls that are students of something
// else. They differ in the learner, in the rows and in whose labels they see, never in code.

#include "base/error.h"
#include "io/safetensors.h"
#include "supervise/ngrams.h"
#include "train/flops.h"
#include "train/predict.h"
#include "train/probe.h"
#include "train/recipe.h"
#include "train/tensor_view.h"
#include "train/trainer.h"
#include "worker/fit_task.h"
#include "worker/kept_student.h"
#include "worker/student_base.h"

namespace qinglan {
namespace {

Json curve_json(const std::vector<CurvePoint>& curve) {
  Json points = Json::array();
  for (const auto& point : curve)
    points.push_back({{"step", point.step}, {"epoch", point.epoch}, {"train_loss", point.train_loss}});
  return points;
}

Json summary_of(const FitTask& task, double final_loss, Json curve) {
  Json summary = summary_of(task);
  summary["final_train_loss"] = final_loss;
  summary["curve"] = std::move(curve);
  return summary;
}

void fit_ngrams(Step& step, const FitTask& task) {
  const Json& learner = step.node.params.at("learner");
  const std::string text = learner.at("text");
  const NgramModel model = NgramModel::fit(render_texts(pick(task.inputs.train, task.train.rows), text),
                                           task.train.labels, ngram_config(learner));
  const auto answer = [&](const std::vector<Example>& rows) {
    return predictions_of(rows, task.classes(), model.logits(render_texts(rows, text)));
  };
  step.write_predictions({{"transfer", answer(task.transfer)}, {"test", answer(task.inputs.test)}});
  Json summary = summary_of(task, model.final_loss(), Json::array());
  summary["features"] = model.features();
  summary["converged"] = model.converged();
  step.write_summary(summary);
}

using Kept = std::vector<NamedTensor>;

void keep_student(const Step& step, const Kept& kept) {
  std::vector<torch::Tensor> alive;  // views do not own
  TensorMap views;
  for (const auto& [name, tensor] : kept) {
    alive.push_back(tensor.detach().cpu().contiguous());
    views[name] = view_of(alive.back());
  }
  write_safetensors(step.store.fs(), step.result + "/" + kStudentFile, views);
}

void fit_probe(Step& step, const FitTask& task, const Recipe& recipe) {
  const torch::Tensor features = step.inputs.features(step.node.inputs.at("features"));
  const auto train = static_cast<std::int64_t>(task.inputs.train.size());
  const auto test = static_cast<std::int64_t>(task.inputs.test.size());
  QL_CHECK(features.size(0) == train + test, "features are for other rows");
  const auto objective = objective_of(step, task);
  const SharedProblem shared =
      step.inputs.problem(step.node, task.train.rows, task.train.labels, recipe.probe);
  const Probe probe = Probe::fit(*shared.problem, task.train.labels, *objective, recipe.probe);
  step.flops = probe.flops() - shared.flops_before;

  const auto answer = [&](const std::vector<Example>& rows, const torch::Tensor& x) {
    return predictions_of(rows, task.classes(), values_of(probe.logits(x)));
  };
  step.write_predictions({{"transfer", answer(task.transfer, feature_rows(features, task.transfer_rows))},
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

// What was chosen, and by what (experiment/job.h).
Json selection_json(const LabelledRows& held_out, const TrainingResult& result) {
  const Json one = {
      {"settings", Json::object()}, {"losses", result.validation_losses}, {"epoch", result.epoch}};
  return {{"labels", held_out.labels.certificate().empty() ? "weak" : "ground truth"},
          {"rows", held_out.labels.size()},
          {"tried", Json::array({one})},
          {"chosen", 0}};
}

ClassificationHead first_head(const StudentBase& base, const Recipe& recipe, std::size_t classes,
                              std::uint64_t seed) {
  if (recipe.label_words.empty()) {
    const ModelConfig& config = base.backbone().config();
    const auto count = static_cast<std::int64_t>(classes);
    const bool bias = config.kind == ModelKind::encoder;
    return recipe.small_head ? ClassificationHead::small(count, config.hidden, seed, bias)
                             : ClassificationHead(count, config.hidden, bias);
  }
  QL_CHECK(recipe.label_words.size() == classes, "label words for another number of classes");
  return ClassificationHead::of_words(base.backbone(), label_tokens(base.tokenizer(), recipe.label_words));
}

// From the weights of another node's student, in place of the model's and of a new head's.
void start_from(const SafetensorsFile& kept, const StudentBase& base, const LoraAdapter* adapter,
                const ClassificationHead& head) {
  adapter ? restore(adapter->parameters(), kept) : restore_backbone(*base.own(), /*upper_only=*/false, kept);
  restore(head.parameters(), kept);
}

void fine_tune(Step& step, const FitTask& task, const Recipe& recipe) {
  StudentBase base(step, recipe, task);
  const ModelConfig& config = base.backbone().config();
  ClassificationHead head = first_head(base, recipe, task.classes(), task.seed);
  std::optional<LoraAdapter> adapter;
  if (!base.own())
    adapter = LoraAdapter::create(config, recipe.lora, task.seed, base.first(), base.backbone().device());
  if (step.node.inputs.contains("start"))
    start_from(kept_student(step, "start"), base, adapter ? &*adapter : nullptr, head);
  const auto objective = objective_of(step, task);
  TrainingTask training{base.train(),    &task.train.labels,
                        objective.get(), {{"test", base.test()}},
                        task.seed,       step.node.recompute ? Activations::recompute : Activations::keep};
  if (task.held_out) training.validation = ValidationRows{base.held_out(), &task.held_out->labels};
  CheckpointPolicy checkpoints{.fs = &step.store.fs(), .folder = step.work, .seconds = 15};
  const TrainingResult result =
      adapter ? train_adapter(base.backbone(), head, *adapter, training, recipe, checkpoints, step.hooks)
              : train_model(*base.own(), head, nullptr, training, recipe, checkpoints, step.hooks);
  step.flops = result.flops;

  const Student student{&base.backbone(), &head, adapter ? &*adapter : nullptr,
                        recipe.poolings(config.kind).front()};
  torch::Tensor transfer_logits = result.train_logits;  // the same, of a student of all transfer rows
  if (task.train.rows != task.transfer_rows) {
    transfer_logits = predict_logits(student, base.transfer(), step.hooks);
    step.flops += answer_flops(config, base.transfer());
  }
  PredictionSets sets;
  sets["transfer"] = predictions_of(task.transfer, task.classes(), values_of(transfer_logits));
  for (const auto& [name, logits] : result.evaluations)
    sets[name] = predictions_of(task.inputs.test, task.classes(), values_of(logits));
  sets["test"] = sets.at("test.epoch" + std::to_string(result.epoch));
  step.write_predictions(sets);
  if (adapter || step.node.params.value("keep", false)) {
    Kept kept = adapter ? adapter->parameters() : base.own()->parameters();
    kept.insert(kept.end(), head.parameters().begin(), head.parameters().end());
    keep_student(step, kept);
  }
  Json summary = summary_of(task, result.final_train_loss, curve_with_checkpoints(result, recipe.epochs));
  summary["truncated"] = base.truncated();
  summary["read"] = base.train().size() + base.held_out().size() + base.test().size();
  if (task.held_out) summary["selection"] = selection_json(*task.held_out, result);
  step.write_summary(summary);
}

}  // namespace

void run_fit(Step& step) {
  if (step.node.params.contains("ensemble")) return run_ensemble(step);
  const FitTask task = read_fit_task(step);
  const std::string kind = step.node.params.at("learner").at("kind");
  if (kind == "ngrams") return fit_ngrams(step, task);
  const Recipe recipe = recipe_of(step);
  kind == "probe" ? fit_probe(step, task, recipe) : fine_tune(step, task, recipe);
}

}  // namespace qinglan
