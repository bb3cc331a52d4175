#pragma once
// Records for the audit's tests: answers drawn from a probit model whose expected scores are known exactly.

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "audit/judgement.h"
#include "base/random.h"
#include "record/record.h"

namespace qinglan {

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

inline double normal_quantile(double p) {
  double low = -40, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return low;
}

// margin = m + item + seed + noise with variances .5, s^2 and .5; right where it is above 0.
struct Draw {
  std::size_t seeds = 5, items = 1000;
  double weak = 0.62, student = 0.75, ceiling = 0.85;  // expected score on `metric`; ceiling < 0: none
  std::string metric = "accuracy";
  double seed_sd = 0.01;          // of the score
  double shared = 0.6;            // correlation of item effects between models
  std::size_t largest_group = 1;  // groups of 1..largest items share their item effect
  std::uint64_t stream = 1;
};

class RecordMaker {
 public:
  explicit RecordMaker(const Draw& draw) : draw_(draw), random_(draw.stream, "audit fixture") {
    record_.name = "fixture";
    record_.claim.metric = draw.metric;
    record_.data.name = "made";
    record_.data.classes = {"no", "yes"};
    record_.data.train = 4000;
    record_.data.test = static_cast<std::int64_t>(draw.items);
    record_.data.train_share = record_.data.test_share = {0.5, 0.5};
    std::size_t left = 0;
    for (std::size_t i = 0; i < draw.items; ++i) {
      record_.items.push_back("item" + std::to_string(i));
      record_.truth.push_back(static_cast<std::int32_t>(i % 2));
      if (left == 0) {
        left = 1 + random_.below(draw.largest_group);
        groups_ += 1;
        group_effect_.push_back(random_.normal());
      }
      --left;
      record_.groups.push_back(groups_ - 1);
    }
    Cell cell{.id = "cell",
              .supervisor = "lexicon",
              .student = "SmolLM2-135M",
              .method = "naive",
              .supervisor_kind = "lexicon",
              .student_tune = "probe"};
    for (std::size_t s = 0; s < draw.seeds; ++s) cell.seeds.push_back({.seed = s});
    record_.cells.push_back(cell);
    for (std::size_t s = 0; s < draw.seeds; ++s) {
      SeedRun& seed = record_.cells[0].seeds[s];
      seed.weak_floor = add("weak_floor", s, draw.weak);
      seed.weak_to_strong = add("weak_to_strong", s, draw.student);
      if (draw.ceiling >= 0) seed.strong_ceiling = add("strong_ceiling", s, draw.ceiling);
    }
  }

  Record& record() { return record_; }
  Cell& cell() { return record_.cells[0]; }
  Series& series(const std::string& name) { return record_.series.at(name); }

  // A model with an expected score; returns its name.
  std::string add(const std::string& kind, std::size_t seed, double score) {
    // sd of the margin is 1 before the seed effect; d score / d margin at the mean gives the seed effect's
    // size.
    const bool area = draw_.metric == "auroc";
    const double z = normal_quantile(score),
                 slope = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
    const double seed_effect = draw_.seed_sd / (slope * (area ? std::sqrt(2.0) : 1.0));
    const double mean = area ? z * std::sqrt(2 + 4 * seed_effect * seed_effect) / 2
                             : z * std::sqrt(1 + seed_effect * seed_effect);
    const double shift = mean + seed_effect * random_.normal();
    std::vector<double>& own = own_effect_[kind];
    while (own.size() < group_effect_.size()) own.push_back(random_.normal());
    Series made{.node = kind + std::to_string(seed), .kind = kind, .status = "done"};
    for (std::size_t i = 0; i < draw_.items; ++i) {
      const auto g = static_cast<std::size_t>(record_.groups[i]);
      const double item = std::sqrt(draw_.shared) * group_effect_[g] + std::sqrt(1 - draw_.shared) * own[g];
      const double margin = shift + std::sqrt(0.5) * item + std::sqrt(0.5) * random_.normal();
      made.logits.push_back(0);
      made.logits.push_back(static_cast<float>(record_.truth[i] == 1 ? margin : -margin));
    }
    made.matched_bias = {0, 0};
    made.certificate = {{"inputs", Json::object()}, {"ground_truth", Json::array()}, {"enforced", true}};
    if (kind == "weak_floor") {
      made.transfer_items = 2000;
      made.transfer_correct = 2000 * score;
    }
    if (kind == "strong_ceiling") {
      made.final_train_loss = 0.4;
      made.label_entropy = std::log(2.0);
    }
    record_.series[made.node] = made;
    return made.node;
  }

  // The same control for all seeds, or one a seed.
  void add_control(const std::string& name, double score, bool teaches, bool each_seed = true) {
    Control control{.teaches = teaches};
    for (std::size_t s = 0; s < (each_seed ? draw_.seeds : 1); ++s)
      control.series.push_back(add(name, s, score));
    cell().controls[name] = control;
  }

  // Sets every answer of a series: margin(item) is its logit for the true class.
  void answer(const std::string& name, const std::function<double(std::size_t)>& margin) {
    std::vector<float>& logits = series(name).logits;
    for (std::size_t i = 0; i < draw_.items; ++i)
      logits[2 * i + 1] = static_cast<float>(record_.truth[i] == 1 ? margin(i) : -margin(i));
  }

 private:
  Draw draw_;
  Random random_;
  Record record_;
  std::int32_t groups_ = 0;
  std::vector<double> group_effect_;
  std::map<std::string, std::vector<double>> own_effect_;  // by kind of model
};

// The record's only cell, judged with every audit.
inline CellJudgement judged(RecordMaker& maker) { return judge(maker.record()).cells.at(0); }

}  // namespace qinglan
