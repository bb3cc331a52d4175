#include "experiment/forecast.h"

#include <numeric>

#include "experiment/job.h"
#include "io/publish.h"
#include "metrics/misfit.h"
#include "record/predictions.h"

namespace qinglan {
namespace {

class Forecaster {
 public:
  Forecaster(Store& store, const std::map<std::string, NodeOutcome>& outcomes)
      : store_(store), outcomes_(outcomes) {}

  // Empty where a seed has no floor or no student.
  std::vector<SeedForecast> of(const Cell& cell) {
    std::vector<SeedForecast> seeds;
    for (const SeedRun& run : cell.seeds) {
      const Predictions& weak = floor(run.weak_floor);
      const Predictions student = test_answers(run.weak_to_strong);
      if (weak.size() == 0 || weak.ids != student.ids) return {};
      const Misfit apart = misfit(weak.logits, student.logits, weak.classes);
      seeds.push_back({run.seed, mean(apart.squared), mean(apart.bregman)});
    }
    return seeds;
  }

 private:
  static double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }

  // Without any where the node has none.
  Predictions test_answers(const std::string& key) {
    const auto outcome = outcomes_.find(key);
    if (outcome == outcomes_.end() || !outcome->second.done) return {};
    const std::string path = store_.result_folder(key) + "/" + kPredictionsFile;
    if (!store_.fs().exists(path)) return {};
    PredictionSets sets = read_predictions(path);
    return sets.contains("test") ? std::move(sets["test"]) : Predictions();
  }

  // Cells share floors; students are read once.
  const Predictions& floor(const std::string& key) {
    const auto found = floors_.find(key);
    return found != floors_.end() ? found->second : floors_[key] = test_answers(key);
  }

  Store& store_;
  const std::map<std::string, NodeOutcome>& outcomes_;
  std::map<std::string, Predictions> floors_;
};

}  // namespace

Forecast make_forecast(const Plan& plan, Store& store, const std::map<std::string, NodeOutcome>& outcomes) {
  Forecaster forecaster(store, outcomes);
  Forecast forecast;
  for (const Cell& cell : plan.cells)
    if (auto seeds = forecaster.of(cell); !seeds.empty()) forecast.cells[cell.id] = std::move(seeds);
  if (!forecast.cells.empty()) forecast.digest = digest_of(forecast);
  return forecast;
}

void seal_forecast(Store& store, const std::string& data_key, const std::string& run,
                   const Forecast& forecast) {
  const std::string path = store.root() + "/forecasts/" + data_key + "/" + run + ".json";
  if (forecast.cells.empty() || store.fs().exists(path)) return;
  publish_file(store.fs(), path, canonical_json(to_json(forecast)) + "\n");
}

}  // namespace qinglan
