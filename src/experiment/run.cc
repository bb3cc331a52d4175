#include "experiment/run.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "experiment/assemble.h"
#include "experiment/claim.h"
#include "experiment/cost.h"
#include "experiment/dataset_node.h"
#include "experiment/forecast.h"
#include "experiment/label_words.h"
#include "experiment/profile.h"
#include "io/publish.h"

namespace qinglan {
namespace {

constexpr std::int64_t kDataNodes = 2;  // inputs and truth, beside the plan's nodes

std::string scratch_name(int number) { return std::to_string(getpid()) + ".job" + std::to_string(number); }

void publish_data(const Node& node, Store& store, const std::function<void(const std::string&)>& write) {
  const std::string folder = store.root() + "/tmp/" + std::to_string(getpid()) + "." + node.kind;
  store.fs().remove_all(folder);
  store.fs().make_folders(folder + "/result");
  write(folder + "/result");
  store.publish(folder, node.key(), node.description(), Json::object());
}

// Runs what can run, wave after wave; nodes of one wave that see the same things and share a model are one
// job.
class Waves {
 public:
  Waves(const Plan& plan, const Spec& spec, Store& store, LocalExecutor& executor, RunObserver& observer)
      : plan_(plan), spec_(spec), store_(store), executor_(executor), observer_(observer) {}

  std::map<std::string, NodeOutcome> run(const std::vector<std::string>& missing) {
    const std::set<std::string> wanted(missing.begin(), missing.end());
    for (const auto& key : plan_.order)
      if (!wanted.contains(key)) outcomes_[key] = {true, true, ""};
    while (outcomes_.size() < plan_.order.size()) run_wave();
    return outcomes_;
  }

 private:
  void run_wave() {
    std::map<Company, Job> jobs;
    for (const auto& key : plan_.order) {
      if (outcomes_.contains(key)) continue;
      const Node& node = plan_.nodes.at(key);
      if (const auto failed = failed_input(node)) {
        outcomes_[key] = {false, false, "not run: " + *failed};
      } else if (inputs_done(node)) {
        jobs[company_of(node)].nodes.push_back(node);
      }
    }
    for (auto& [company, job] : jobs) {
      job.store = store_.root();
      job.scratch = store_.root() + "/tmp/" + scratch_name(++launched_);
      job.threads = spec_.threads;
      job.device = spec_.device;
      for (const auto& [key, outcome] : executor_.run(job, observer_)) outcomes_[key] = outcome;
    }
  }

  bool inputs_done(const Node& node) const {
    for (const auto& [role, key] : node.inputs)
      if (plan_.nodes.contains(key) && !outcomes_.contains(key)) return false;
    return true;
  }

  std::optional<std::string> failed_input(const Node& node) const {
    for (const auto& [role, key] : node.inputs)
      if (const auto it = outcomes_.find(key); it != outcomes_.end() && !it->second.done)
        return plan_.nodes.at(key).title + " failed: " + it->second.message;
    return std::nullopt;
  }

  const Plan& plan_;
  const Spec& spec_;
  Store& store_;
  LocalExecutor& executor_;
  RunObserver& observer_;
  std::map<std::string, NodeOutcome> outcomes_;
  int launched_ = 0;
};

}  // namespace

std::string run_id(const Spec& spec) { return sha256_hex(canonical_json(spec.resolved)); }

PlannedData prepare_data(const Spec& spec, Store& store, DigestMemo& memo, std::int64_t* computed) {
  const Node dataset = dataset_node(spec, memo), truth = truth_node(spec, memo);
  PlannedData planned{.dataset = dataset.key(), .truth = truth.key()};
  if (!store.verify(planned.dataset) || !store.verify(planned.truth)) {
    const Dataset data = load_spoilt(spec.data, spec.spoiling);
    publish_data(dataset, store,
                 [&](const std::string& folder) { write_inputs(store.fs(), folder, data.inputs); });
    publish_data(truth, store, [&](const std::string& folder) {
      write_truth(store.fs(), folder, data.truth);
      store.fs().write(folder + "/facts.json", canonical_json(to_json(data.facts)) + "\n");
    });
    if (computed) *computed = kDataNodes;
  }
  planned.inputs_folder = store.result_folder(planned.dataset);
  const Inputs inputs = read_inputs(planned.inputs_folder);
  planned.train = static_cast<std::int64_t>(inputs.train.size());
  planned.test = static_cast<std::int64_t>(inputs.test.size());
  planned.classes = read_truth(store.result_folder(planned.truth)).classes();
  return planned;
}

std::vector<std::string> missing_nodes(const Plan& plan, Store& store) {
  std::vector<std::string> missing;
  for (const auto& key : plan.order)
    if (!store.verify(key)) missing.push_back(key);
  return missing;
}

namespace {

// Settles and keeps the claim; how many runs have claimed something about these test rows.
std::int64_t declare(const Spec& spec, const Plan& plan, const PlannedData& data, Store& store) {
  const std::string path = store.result_folder(data.truth) + "/facts.json";
  const DatasetFacts facts = dataset_facts_from_json(parse_json(store.fs().read(path), path), path);
  return seal_claim(store, data.truth, run_id(spec), claim_of(spec, plan, facts, run_id(spec)));
}

std::int64_t count_done(const std::map<std::string, NodeOutcome>& outcomes, bool reused) {
  return std::count_if(outcomes.begin(), outcomes.end(),
                       [&](const auto& one) { return one.second.done && one.second.reused == reused; });
}

// Cleaned before anything is put in its tmp/.
Store& collected(Store& store) {
  store.collect();
  return store;
}

}  // namespace

template <typename Step>
auto SpecRun::watched(Step step) {
  try {
    return step();
  } catch (const Error& e) {
    log_.broke_off(e, stop_);
    throw;
  }
}

SpecRun::SpecRun(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                 const std::atomic<int>& stop)
    : spec_(spec), store_(store), stop_(stop), run_(run_id(spec)), log_(collected(store), run_, observer) {
  watched([&] { compute(worker); });
}

void SpecRun::compute(const std::string& worker) {
  DigestMemo memo(store_);
  data_ = prepare_data(spec_, store_, memo, &data_computed_);
  plan_ = make_plan(spec_, data_, memo);
  claims_ = declare(spec_, plan_, data_, store_);
  const auto missing = missing_nodes(plan_, store_);
  PlanCost cost;
  if (!missing.empty()) {
    check_label_words(plan_, store_, worker);
    cost = estimate_cost(plan_, data_, store_, spec_.threads);
    check_disk(cost.disk, free_disk(store_));
  }
  log_.begin(spec_.name, plan_, missing, cost);
  log_.planned(static_cast<std::int64_t>(plan_.order.size()) + kDataNodes,
               static_cast<std::int64_t>(missing.size()));
  LocalExecutor executor(worker, stop_);
  outcomes_ = Waves(plan_, spec_, store_, executor, log_).run(missing);
}

std::int64_t SpecRun::computed() const { return data_computed_ + count_done(outcomes_, false); }

std::int64_t SpecRun::reused() const { return kDataNodes - data_computed_ + count_done(outcomes_, true); }

std::optional<Json> SpecRun::standing() const {
  if (reused() != static_cast<std::int64_t>(plan_.order.size()) + kDataNodes) return std::nullopt;
  Json ledgers = Json::object();
  for (const auto& key : plan_.order) ledgers[key] = store_.ledger(key);
  return Json{{"run", run_},
              {"profile", numerics_profile(spec_.threads, spec_.device)},
              {"data", {data_.dataset, data_.truth}},
              {"nodes", plan_.order},
              {"ledgers", std::move(ledgers)},
              {"claims", claims_}};
}

Record SpecRun::record() {
  Record record = watched([&] { return assembled(); });
  end();
  return record;
}

Record SpecRun::assembled() {
  // From here on test rows' truth is open; what can be said of the students without it is said and kept
  // first.
  const Forecast forecast = make_forecast(plan_, store_, outcomes_);
  seal_forecast(store_, data_.truth, run_, forecast);
  Record record = assemble(spec_, plan_, data_, store_, outcomes_);
  record.forecast = forecast;
  record.ledger.claims = claims_;
  record.ledger.computed += data_computed_;
  record.ledger.reused += kDataNodes - data_computed_;
  publish_file(store_.fs(), store_.record_path(record.run), canonical_json(to_json(record)) + "\n");
  return record;
}

Record run_spec(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                const std::atomic<int>& stop) {
  return SpecRun(spec, store, worker, observer, stop).record();
}

}  // namespace qinglan
