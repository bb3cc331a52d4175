#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "data/id_hash.h"
#include "train/batch_order.h"
#include "train/flops.h"
#include "train/packing.h"
#include "train/parameter_group.h"
#include "train/predict.h"
#include "train/published_harden.h"

namespace qinglan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kValidation = "validation";  // of the answers to TrainingTask::validation

// Of the rows [begin, end) of a batch, summed.
torch::Tensor loss_of(const Objective& objective, const torch::Tensor& logits, const Aim& aim,
                      std::pair<std::int64_t, std::int64_t> micro) {
  const torch::Tensor losses = objective.losses(logits, aim.targets.slice(0, micro.first, micro.second));
  return (aim.weights.defined() ? losses * aim.weights.slice(0, micro.first, micro.second) : losses).sum();
}

class Trainer {
 public:
  // `adapter` null: all of the backbone's weights are trained, and require gradients.
  Trainer(const Backbone& backbone, ClassificationHead& head, LoraAdapter* adapter, const TrainingTask& task,
          const Recipe& recipe, const CheckpointPolicy& policy, const RunHooks& hooks)
      : backbone_(backbone),
        head_(head),
        adapter_(adapter),
        task_(task),
        recipe_(recipe),
        policy_(policy),
        hooks_(hooks),
        pooling_(recipe.poolings(backbone.config().kind).front()),
        order_(static_cast<std::int64_t>(task.tokens.size()), recipe.batch, task.run_seed, recipe.epochs,
               recipe.order),
        median_margin_(task.labels->median_margin()),
        total_(order_.steps()),
        schedule_(recipe.schedule, recipe.warmup, total_) {
    QL_CHECK(task.tokens.size() == task.labels->size(), "a row of tokens a label");
    QL_CHECK(!task.validation || (task.validation->labels->size() > 0 &&
                                  task.validation->tokens.size() == task.validation->labels->size()),
             "a row of tokens a validation label");
    if (task.tokens.empty()) throw Error(ErrorKind::invalid_input, "no rows to train on");
    if (total_ == 0)
      throw Error(ErrorKind::invalid_input, "fewer rows to train on than a batch takes")
          .expected("at least " + std::to_string(recipe.batch))
          .found(std::to_string(task.tokens.size()))
          .hint("lower batch, or use order = \"epochs\", whose last batch may be smaller");
    add_groups(adapter_ ? adapter_->parameters() : backbone_.parameters(), recipe.lr);
    add_groups(head_.parameters(), recipe.head_lr);
    for (const auto& id : task.labels->ids()) hashes_.push_back(id_hash(id));
    const auto n = static_cast<std::int64_t>(task.labels->size()),
               k = static_cast<std::int64_t>(task.labels->classes());
    labels_ = torch::tensor(task.labels->p(), torch::kFloat32).view({n, k});
    shares_ = RowShares::of(*task.labels, torch::kFloat32);
    for (auto& group : groups_) {
      append(state_.parameters, group.optimizer().masters());
      append(state_.first_moments, group.optimizer().first_moments());
      append(state_.second_moments, group.optimizer().second_moments());
    }
  }

  TrainingResult run() {
    resume();
    try {
      while (true) {
        evaluate_finished_epochs();
        if (state_.step == total_) break;
        check_stop(hooks_);
        const double loss = step();
        if (hooks_.progress) hooks_.progress(state_.step, total_, loss);
        save_when_due();
      }
      restore_best_epoch();
      result_.train_logits = predict(task_.tokens);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) save();
      throw;
    }
    finish();
    return std::move(result_);
  }

 private:
  struct Batch {
    std::vector<std::int64_t> rows;  // in packing order
    std::vector<std::pair<std::int64_t, std::int64_t>> micros;
    torch::Tensor labels;               // [B, K]
    RowShares shares;                   // [B]
    std::vector<std::int64_t> drawn;    // [B] places in `rows`, in the order drawn
    std::vector<std::uint64_t> hashes;  // [B]
  };

  template <typename T>
  static void append(std::vector<T>& all, const std::vector<T>& more) {
    all.insert(all.end(), more.begin(), more.end());
  }

  // Biases and the scales of norms are vectors.
  void add_groups(const std::vector<NamedTensor>& leaves, double lr) {
    if (recipe_.decay_vectors || recipe_.adamw.weight_decay == 0) {
      groups_.emplace_back(leaves, recipe_.adamw, lr);
      return;
    }
    std::vector<NamedTensor> matrices, vectors;
    for (const auto& leaf : leaves) (leaf.tensor.dim() > 1 ? matrices : vectors).push_back(leaf);
    AdamWOptions undecayed = recipe_.adamw;
    undecayed.weight_decay = 0;
    if (!matrices.empty()) groups_.emplace_back(matrices, recipe_.adamw, lr);
    if (!vectors.empty()) groups_.emplace_back(vectors, undecayed, lr);
  }

  void resume() {
    saved_at_ = Clock::now();
    if (policy_.fs == nullptr || !Checkpoints(*policy_.fs, policy_.folder).load_latest(state_)) return;
    for (auto& group : groups_) group.take_up(state_.step);
    result_.resumed_from = state_.step;
    saved_step_ = state_.step;
  }

  void save() {
    if (policy_.fs == nullptr || state_.step == 0) return;
    const auto begin = Clock::now();
    Checkpoints(*policy_.fs, policy_.folder).save(state_);
    saved_at_ = Clock::now();
    pause_ = std::max(policy_.seconds, 20 * std::chrono::duration<double>(saved_at_ - begin).count());
    saved_step_ = state_.step;
  }

  void save_when_due() {
    const bool by_steps = policy_.steps > 0 && state_.step - saved_step_ >= policy_.steps;
    if (by_steps || std::chrono::duration<double>(Clock::now() - saved_at_).count() >= pause_) save();
  }

  torch::Tensor predict(const InputRows& rows) {
    RunHooks quiet;
    quiet.stop = hooks_.stop;
    const torch::Tensor logits = predict_logits({&backbone_, &head_, adapter_, pooling_}, rows, quiet);
    if (!logits.isfinite().all().item<bool>()) diverged("an answer is NaN or Inf", state_.step);
    result_.flops += answer_flops(backbone_.config(), rows);
    return logits;
  }

  void evaluate_finished_epochs() {
    for (std::int64_t epoch = 1; epoch <= recipe_.epochs; ++epoch) {
      if (state_.step != order_.end_of(epoch)) continue;
      const std::string suffix = ".epoch" + std::to_string(epoch);
      for (const auto& rows : task_.evaluate) {
        const std::string name = rows.name + suffix;
        if (!state_.evaluations.contains(name)) state_.evaluations[name] = predict(rows.tokens);
      }
      if (task_.validation) validate(kValidation + suffix, epoch);
    }
  }

  void validate(const std::string& name, std::int64_t epoch) {
    if (state_.evaluations.contains(name)) return;
    state_.evaluations[name] = predict(task_.validation->tokens);
    if (!recipe_.best_epoch || epoch == recipe_.epochs || best_epoch() != epoch) return;
    state_.best.clear();
    for (const auto& [parameter, tensor] : state_.parameters)
      state_.best.push_back({parameter, tensor.detach().to(torch::kCPU, tensor.scalar_type(),
                                                           /*non_blocking=*/false, /*copy=*/true)});
  }

  // Of the epochs that are over.
  std::vector<double> validation_losses() const {
    const TrainingLabels& labels = *task_.validation->labels;
    const auto n = static_cast<std::int64_t>(labels.size()), k = static_cast<std::int64_t>(labels.classes());
    const torch::Tensor p = torch::tensor(labels.p(), torch::kFloat32).view({n, k}).to(torch::kFloat64);
    std::vector<double> losses;
    for (std::int64_t epoch = 1;; ++epoch) {
      const auto answers = state_.evaluations.find(kValidation + (".epoch" + std::to_string(epoch)));
      if (answers == state_.evaluations.end()) return losses;
      losses.push_back(cross_entropy_sum(answers->second.to(torch::kFloat64), p).item<double>() /
                       static_cast<double>(n));
    }
  }

  std::int64_t best_epoch() const {
    const auto losses = validation_losses();
    return std::min_element(losses.begin(), losses.end()) - losses.begin() + 1;
  }

  void restore_best_epoch() {
    result_.epoch = recipe_.best_epoch && task_.validation ? best_epoch() : recipe_.epochs;
    if (result_.epoch == recipe_.epochs) return;
    torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < state_.best.size(); ++i)
      state_.parameters[i].tensor.copy_(state_.best[i].tensor);
    for (auto& group : groups_) group.take_up(state_.step);
  }

  Batch make_batch() {
    Batch batch;
    const auto drawn = order_.rows(state_.step);
    const PackPlan plan = task_.tokens.plan(drawn, recipe_.micro_tokens, backbone_.beginnings());
    batch.micros = plan.packs;
    batch.drawn.resize(drawn.size());
    for (const auto i : plan.order) {
      batch.drawn[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(batch.rows.size());
      batch.rows.push_back(drawn[i]);
      batch.hashes.push_back(hashes_[drawn[i]]);
    }
    const torch::Tensor rows = torch::tensor(batch.rows, torch::kInt64);
    batch.labels = labels_.index_select(0, rows);
    batch.shares = shares_.rows(rows);
    return batch;
  }

  // Logits of rows [begin, end) of the batch.
  torch::Tensor forward(const Batch& batch, std::pair<std::int64_t, std::int64_t> micro, bool trained) {
    const auto rows = std::span(batch.rows).subspan(micro.first, micro.second - micro.first);
    const PackedBatch packed = task_.tokens.pack(rows, backbone_.beginnings());
    const bool again = trained && task_.activations == Activations::recompute;
    for (const auto length : packed.lengths) {
      result_.flops += upper_flops(backbone_.config(), task_.tokens.depth(), length, trained);
      if (again) result_.flops += upper_flops(backbone_.config(), task_.tokens.depth(), length, false);
    }
    return head_.forward(backbone_.pooled(packed, pooling_, adapter_, task_.activations));
  }

  // The student's p for the whole batch, before any gradient: targets see all rows, however the batch is cut.
  torch::Tensor answer_batch(const Batch& batch) {
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parts;
    for (const auto& micro : batch.micros) parts.push_back(forward(batch, micro, /*trained=*/false));
    return torch::softmax(torch::cat(parts), 1);
  }

  torch::Tensor remembered() const {
    return state_.recent.defined() ? state_.recent : torch::empty({0}, torch::kFloat32);
  }

  // The batch's p_0 behind those of earlier rows.
  void remember(const BatchView& view) {
    const std::int64_t most = task_.objective->remembers();
    if (most == 0) return;
    const torch::Tensor all = torch::cat({view.earlier, as_drawn(view.student, view.drawn).select(1, 0)});
    state_.recent = all.slice(0, std::max<std::int64_t>(0, all.size(0) - most)).clone();
  }

  [[noreturn]] void diverged(const std::string& what, std::int64_t step) const {
    throw Error(ErrorKind::diverged, "training diverged: " + what + " at step " + std::to_string(step) +
                                         " of " + std::to_string(total_))
        .hint("lower lr or head_lr, or use dtype = \"float32\"");
  }

  // Sums gradients over the micro-batches. Returns the mean cross-entropy against the labels trained on.
  double accumulate(const Batch& batch) {
    const Progress progress(static_cast<double>(state_.step) / static_cast<double>(total_), state_.step);
    const auto size = static_cast<double>(batch.rows.size());
    BatchView view{batch.labels,   {},           batch.hashes, progress, task_.labels->prior(),
                   median_margin_, batch.shares, batch.drawn};
    if (task_.objective->remembers() > 0) view.earlier = remembered();
    torch::Tensor shared;  // logits of a batch that is one micro-batch: one forward serves targets and loss
    if (task_.objective->needs_batch_forward(progress)) {
      if (batch.micros.size() == 1) shared = forward(batch, batch.micros.front(), /*trained=*/true);
      view.student = shared.defined() ? torch::softmax(shared.detach(), 1) : answer_batch(batch);
    }
    const Aim aim = aim_of(*task_.objective, view);
    remember(view);
    double label_loss = 0;
    for (const auto& micro : batch.micros) {
      const torch::Tensor logits = shared.defined() ? shared : forward(batch, micro, /*trained=*/true);
      const torch::Tensor loss = loss_of(*task_.objective, logits, aim, micro) / size;
      const torch::Tensor against_labels =
          cross_entropy_sum(logits.detach(), batch.labels.slice(0, micro.first, micro.second));
      label_loss += against_labels.item<double>() / size;
      if (!std::isfinite(loss.item<double>()) || !std::isfinite(label_loss))
        diverged("the loss is NaN or Inf", state_.step + 1);
      loss.backward();
      for (auto& group : groups_) group.collect();
    }
    return label_loss;
  }

  double step() {
    for (auto& group : groups_) group.begin_step();
    const double loss = accumulate(make_batch());
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> all;
    for (auto& group : groups_) append(all, group.finish_gradients());
    const double norm = global_norm(all);
    if (!std::isfinite(norm)) diverged("a gradient is NaN or Inf", state_.step + 1);
    const double share = schedule_.factor(state_.step), factor = clip_factor(norm, recipe_.clip);
    for (auto& group : groups_) group.update(share, factor);
    ++state_.step;
    state_.losses.push_back(loss);
    return loss;
  }

  void finish() {
    const auto n = static_cast<double>(task_.tokens.size());
    result_.final_train_loss =
        cross_entropy_sum(result_.train_logits.to(torch::kFloat64), labels_.to(torch::kFloat64))
            .item<double>() /
        n;
    const std::int64_t window = (total_ + 199) / 200;
    for (std::int64_t begin = 0; begin < total_; begin += window) {
      const std::int64_t end = std::min(begin + window, total_);
      const double sum = std::accumulate(state_.losses.begin() + begin, state_.losses.begin() + end, 0.0);
      const double epoch = static_cast<double>(end) / order_.steps_per_epoch();
      result_.curve.push_back({end, epoch, sum / static_cast<double>(end - begin), {}, {}});
    }
    if (task_.validation) result_.validation_losses = validation_losses();
    for (const auto& [name, logits] : state_.evaluations)
      if (!name.starts_with(kValidation)) result_.evaluations[name] = logits;
  }

  const Backbone& backbone_;
  ClassificationHead& head_;
  LoraAdapter* adapter_;
  const TrainingTask& task_;
  const Recipe& recipe_;
  const CheckpointPolicy& policy_;
  const RunHooks& hooks_;
  Pooling pooling_;
  BatchOrder order_;
  double median_margin_;
  std::int64_t total_;
  Schedule schedule_;
  std::vector<ParameterGroup> groups_;
  std::vector<std::uint64_t> hashes_;
  torch::Tensor labels_;
  RowShares shares_;
  TrainerState state_;
  TrainingResult result_;
  Clock::time_point saved_at_;
  std::int64_t saved_step_ = 0;
  double pause_ = policy_.seconds;  // from one checkpoint to the next
};

}  // namespace

TrainingResult train_model(Backbone& backbone, ClassificationHead& head, LoraAdapter* adapter,
                           const TrainingTask& task, const Recipe& recipe,
                           const CheckpointPolicy& checkpoints, const RunHooks& hooks) {
  QL_CHECK((recipe.tune == Recipe::Tune::lora) == (adapter != nullptr) && recipe.tune != Recipe::Tune::probe,
           "the adapter goes with tune = lora");
  if (adapter) return train_adapter(backbone, head, *adapter, task, recipe, checkpoints, hooks);
  backbone.set_trainable(true);
  auto result = Trainer(backbone, head, nullptr, task, recipe, checkpoints, hooks).run();
  backbone.set_trainable(false);
  return result;
}

TrainingResult train_adapter(const Backbone& backbone, ClassificationHead& head, LoraAdapter& adapter,
                             const TrainingTask& task, const Recipe& recipe,
                             const CheckpointPolicy& checkpoints, const RunHooks& hooks) {
  QL_CHECK(recipe.tune == Recipe::Tune::lora, "an adapter goes with tune = lora");
  return Trainer(backbone, head, &adapter, task, recipe, checkpoints, hooks).run();
}

}  // namespace qinglan
