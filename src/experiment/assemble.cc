#include "experiment/assemble.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "data/labels.h"
#include "data/split.h"
#include "experiment/claim.h"
#include "experiment/label_chain.h"
#include "experiment/profile.h"
#include "experiment/run.h"
#include "experiment/slices.h"
#include "qinglan_version.h"
#include "record/predictions.h"

namespace qinglan {
namespace {

std::vector<std::int32_t> decisions(const std::vector<float>& logits, std::size_t classes) {
  std::vector<std::int32_t> hard(logits.size() / classes);
  for (std::size_t i = 0; i < hard.size(); ++i) {
    const auto row = logits.begin() + static_cast<std::ptrdiff_t>(i * classes);
    hard[i] =
        static_cast<std::int32_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row);
  }
  return hard;
}

double share_equal(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  double equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal / static_cast<double>(a.size());
}

bool undecided(const std::vector<float>& logits, std::size_t classes, std::size_t row) {
  for (std::size_t k = 1; k < classes; ++k)
    if (logits[row * classes + k] != logits[row * classes]) return false;
  return true;
}

// What all series of one (cell, seed) are measured against.
struct Context {
  std::uint64_t seed;
  std::vector<double> prior;                 // [K] mean weak label on the transfer half
  std::vector<std::int32_t> weak_decisions;  // [n] on test; empty where the floor has none
};

class Assembler {
 public:
  Assembler(const Spec& spec, const Plan& plan, const PlannedData& data, Store& store,
            const std::map<std::string, NodeOutcome>& outcomes)
      : spec_(spec),
        plan_(plan),
        data_(data),
        store_(store),
        outcomes_(outcomes),
        inputs_(read_inputs(store.result_folder(data.dataset))),
        truth_(read_truth(store.result_folder(data.truth))) {}

  Record make() {
    describe_run();
    describe_data();
    record_.claim = claim_of(spec_, plan_, facts_, record_.run);
    for (const auto& cell : plan_.cells) record_.cells.push_back(assemble_cell(cell));
    tally();
    return std::move(record_);
  }

 private:
  void describe_run() {
    record_.name = spec_.name;
    record_.run = run_id(spec_);
    record_.engine_version = kVersion;
    record_.profile = numerics_profile(spec_.threads, spec_.device);
    record_.spec = spec_.resolved;
  }

  void describe_data() {
    const std::string path = store_.result_folder(data_.truth) + "/facts.json";
    facts_ = dataset_facts_from_json(parse_json(store_.fs().read(path), path), path);
    const DatasetFacts& facts = facts_;
    DataFacts& out = record_.data;
    out.name = spec_.data.path;
    if (!spec_.spoiling.test_path.empty()) out.name += ", tested on " + spec_.spoiling.test_path;
    out.key = data_.dataset;
    out.classes = truth_.classes();
    out.train = data_.train;
    out.test = data_.test;
    out.dropped = facts.dropped;
    out.train_share = facts.train_share;
    out.test_share = facts.test_share;
    out.balanced = facts.balanced;
    out.overlap = facts.overlap;
    out.overlap_allowed = spec_.data.allow_overlap;
    out.corpus = facts.corpus;
    std::map<std::string, std::int32_t> group_number;
    for (const auto& example : inputs_.test) {
      record_.items.push_back(example.id);
      record_.truth.push_back(truth_.label(example.id));
      record_.groups.push_back(
          group_number.emplace(example.group, static_cast<std::int32_t>(group_number.size())).first->second);
    }
    record_.slices = slices_of(inputs_.test, spec_.data.text, spec_.slices, words_of_stages(spec_.cells));
  }

  Cell assemble_cell(Cell cell) {
    std::vector<Context> contexts;
    for (auto& run : cell.seeds) {
      contexts.push_back(context(run));
      const Context& at = contexts.back();
      run.weak_floor = add_series(run.weak_floor, at);
      run.weak_to_strong = add_series(run.weak_to_strong, at);
      run.strong_ceiling = add_series(run.strong_ceiling, at);
      for (const auto* id : {&run.weak_floor, &run.weak_to_strong, &run.strong_ceiling}) {
        const auto it = record_.series.find(*id);
        if (it == record_.series.end() || it->second.status != "failed" || cell.status == "failed") continue;
        cell.status = "failed";
        cell.error = it->second.why;
      }
    }
    for (auto& student : cell.chain)
      for (std::size_t s = 0; s < student.series.size(); ++s)
        student.series[s] = add_series(student.series[s], contexts[s]);
    for (auto& [name, control] : cell.controls) {
      const bool shared = control.series.size() == 1 && cell.seeds.size() > 1;
      for (std::size_t s = 0; s < control.series.size(); ++s)
        control.series[s] = add_series(control.series[s], shared ? mean_context(contexts) : contexts[s]);
    }
    return cell;
  }

  // The prior is that of the supervisor's labels, whatever stages and the students of a chain made of them.
  Context context(const SeedRun& run) const {
    Context at{run.seed, {}, {}};
    if (const auto student = plan_.nodes.find(run.weak_to_strong); student != plan_.nodes.end())
      if (const std::string labels = supervisor_labels(plan_, student->second.inputs.at("labels"));
          done(labels))
        at.prior = read_weak_labels(result(labels) + "/" + kLabelsFile).mean();
    if (done(run.weak_floor)) {
      const auto& sets = predictions(run.weak_floor);
      if (const auto it = sets.find("test"); it != sets.end())
        at.weak_decisions = decisions(it->second.logits, it->second.classes);
    }
    return at;
  }

  static Context mean_context(const std::vector<Context>& contexts) {
    Context mean{contexts.front().seed, contexts.front().prior, contexts.front().weak_decisions};
    for (std::size_t k = 0; k < mean.prior.size(); ++k) {
      double sum = 0;
      for (const auto& at : contexts) sum += at.prior.empty() ? 0 : at.prior[k];
      mean.prior[k] = sum / static_cast<double>(contexts.size());
    }
    return mean;
  }

  bool done(const std::string& key) const {
    const auto it = outcomes_.find(key);
    return it != outcomes_.end() && it->second.done;
  }
  std::string result(const std::string& key) const { return store_.result_folder(key); }

  const PredictionSets& predictions(const std::string& key) const {
    auto it = predictions_.find(key);
    if (it == predictions_.end())
      it = predictions_.emplace(key, read_predictions(result(key) + "/" + kPredictionsFile)).first;
    return it->second;
  }

  // One node may serve several seeds and supervisors, whose priors and splits differ: the series' name says
  // both.
  std::string add_series(const std::string& key, const Context& at) {
    if (key.empty()) return "";
    const std::string id = key.substr(0, 16) + "@" +
                           sha256_hex(canonical_json({at.seed, at.prior, at.weak_decisions})).substr(0, 8);
    if (!record_.series.contains(id)) record_.series[id] = make_series(key, at);
    return id;
  }

  Series make_series(const std::string& key, const Context& at) {
    const Node& node = plan_.nodes.at(key);
    Series series{.node = key, .kind = node.kind, .status = "failed"};
    if (!done(key)) {
      series.why = outcomes_.contains(key) ? outcomes_.at(key).message : "not run";
      return series;
    }
    const std::string path = result(key) + "/" + kSummaryFile;
    const Json summary = parse_json(store_.fs().read(path), path);
    read_certificate(series, node, summary);
    if (summary.contains("failure")) {
      series.why = summary["failure"].value("message", "");
      return series;
    }
    if (summary.contains("undefined")) {
      series.status = "undefined";
      series.why = summary["undefined"];
      return series;
    }
    if (summary.contains("final_train_loss"))
      series.final_train_loss = summary["final_train_loss"].get<double>();
    if (summary.contains("label_entropy")) series.label_entropy = summary["label_entropy"].get<double>();
    count_cut(summary);
    if (const auto features = node.inputs.find("features");
        features != node.inputs.end() && passes_.insert(features->second).second) {
      const std::string pass = result(features->second) + "/" + kSummaryFile;
      count_cut(parse_json(store_.fs().read(pass), pass));
    }
    series.status = "done";
    series.remark = summary.value("remark", "");
    if (const auto labels = node.inputs.find("labels"); labels != node.inputs.end())
      series.label_stages = label_stages(plan_, store_, labels->second, truth_);
    read_answers(series, key, at);
    read_curve(series, summary, key, at);
    return series;
  }

  // A pass over all rows does not say how many it read.
  void count_cut(const Json& summary) {
    const std::int64_t cut = summary.value("truncated", std::int64_t{0});
    if (cut <= record_.data.truncated) return;
    record_.data.truncated = cut;
    record_.data.read = summary.value("read", record_.data.train + record_.data.test);
  }

  void read_certificate(Series& series, const Node& node, const Json& summary) const {
    series.certificate = {{"inputs", node.inputs},
                          {"ground_truth", summary.value("ground_truth", Json::array())},
                          {"enforced", store_.ledger(series.node).value("confined", false)}};
    if (summary.contains("selection")) series.certificate["selection"] = summary["selection"];
  }

  void read_answers(Series& series, const std::string& key, const Context& at) const {
    const auto& sets = predictions(key);
    const Predictions& test = sets.at("test");
    QL_CHECK(test.ids == record_.items, "predictions are for other items");
    series.logits = test.logits;
    const auto transfer = sets.contains("transfer") ? sets.find("transfer") : sets.find("train");
    series.matched_bias =
        matched_bias(transfer == sets.end() ? test.logits : transfer->second.logits, at.prior);
    if (series.kind != "weak_floor") return;
    for (std::size_t i = 0; i < test.size(); ++i)
      series.abstained.push_back(undecided(test.logits, test.classes, i));
    if (transfer != sets.end()) count_transfer(series, transfer->second, at.seed);
  }

  // The floor's right answers on this seed's transfer half, for the audit of supervisor shift.
  void count_transfer(Series& series, const Predictions& all, std::uint64_t seed) const {
    std::map<std::string, std::size_t> row_of;
    for (std::size_t i = 0; i < all.size(); ++i) row_of[all.ids[i]] = i;
    const auto hard = decisions(all.logits, all.classes);
    for (const std::size_t index : split_halves(inputs_.train, seed).transfer) {
      const std::string& id = inputs_.train[index].id;
      const auto it = row_of.find(id);
      if (it == row_of.end()) continue;
      ++series.transfer_items;
      series.transfer_correct += undecided(all.logits, all.classes, it->second)
                                     ? 1.0 / static_cast<double>(all.classes)
                                     : hard[it->second] == truth_.label(id);
    }
  }

  void read_curve(Series& series, const Json& summary, const std::string& key, const Context& at) const {
    for (const auto& point : summary.value("curve", Json::array())) {
      CurvePoint out{point.at("step"), point.at("epoch"), point.at("train_loss"), {}, {}};
      if (const auto name = point.find("predictions"); name != point.end()) {
        const Predictions& then = predictions(key).at(name->get<std::string>());
        const auto hard = decisions(then.logits, then.classes);
        out.test_accuracy = share_equal(hard, record_.truth);
        if (!at.weak_decisions.empty()) out.agreement = share_equal(hard, at.weak_decisions);
      }
      series.curve.push_back(out);
    }
  }

  void tally() {
    for (const auto& key : plan_.order) {
      const auto it = outcomes_.find(key);
      const NodeOutcome outcome = it == outcomes_.end() ? NodeOutcome{} : it->second;
      const Json ledger = outcome.done ? store_.ledger(key) : Json::object();
      LedgerNode node{key,
                      plan_.nodes.at(key).kind,
                      !outcome.done    ? "failed"
                      : outcome.reused ? "reused"
                                       : "computed",
                      ledger.value("seconds", 0.0),
                      ledger.value("flops", 0.0),
                      ledger.value("peak_memory", std::int64_t{0})};
      Ledger& sum = record_.ledger;
      sum.seconds += node.seconds;
      sum.flops += node.flops;
      sum.peak_memory = std::max(sum.peak_memory, node.peak_memory);
      ++(!outcome.done ? sum.failed : outcome.reused ? sum.reused : sum.computed);
      sum.nodes.push_back(std::move(node));
    }
  }

  const Spec& spec_;
  const Plan& plan_;
  const PlannedData& data_;
  Store& store_;
  const std::map<std::string, NodeOutcome>& outcomes_;
  Inputs inputs_;
  GroundTruth truth_;
  mutable std::map<std::string, PredictionSets> predictions_;
  std::set<std::string> passes_;  // of features, whose cut texts are counted
  Record record_;
  DatasetFacts facts_;
};

}  // namespace

std::vector<float> matched_bias(const std::vector<float>& logits, const std::vector<double>& prior) {
  if (prior.size() != 2 || logits.size() < 2) return {};
  std::vector<float> odds(logits.size() / 2);
  for (std::size_t i = 0; i < odds.size(); ++i) odds[i] = logits[2 * i + 1] - logits[2 * i];
  std::sort(odds.begin(), odds.end(), std::greater<>());
  const auto wanted = static_cast<std::size_t>(std::lround(prior[1] * static_cast<double>(odds.size())));
  // The threshold lies midway between the last row taken and the first one left. Where both have the same
  // score the whole tie goes to the side that misses `prior` by less.
  if (wanted == 0) return {0.0f, -odds.front() - 1.0f};
  if (wanted >= odds.size()) return {0.0f, -odds.back() + 1.0f};
  std::size_t cut = wanted;
  if (odds[cut] == odds[cut - 1]) {
    const auto first = static_cast<std::size_t>(
        std::lower_bound(odds.begin(), odds.end(), odds[cut], std::greater<>()) - odds.begin());
    const auto last = static_cast<std::size_t>(
        std::upper_bound(odds.begin(), odds.end(), odds[cut], std::greater<>()) - odds.begin());
    cut = wanted - first <= last - wanted ? first : last;
    if (cut == 0) return {0.0f, -odds.front() - 1.0f};
    if (cut == odds.size()) return {0.0f, -odds.back() + 1.0f};
  }
  const float threshold = odds[cut] + (odds[cut - 1] - odds[cut]) / 2;
  return {0.0f, -threshold};
}

Record assemble(const Spec& spec, const Plan& plan, const PlannedData& data, Store& store,
                const std::map<std::string, NodeOutcome>& outcomes) {
  return Assembler(spec, plan, data, store, outcomes).make();
}

}  // namespace qinglan
