#include "cli/schedules.h"

#include <algorithm>
#include <vector>

#include "catalog/method.h"
#include "catalog/ramp.h"
#include "catalog/schedule.h"
#include "experiment/recipe.h"
#include "report/text_plot.h"

namespace qinglan {
namespace {

constexpr std::int64_t kColumns = 72;
constexpr int kRows = 6;

// The first and last step, and others evenly between.
template <typename Value>
std::string plot(std::int64_t steps, double high, const Value& value) {
  const std::int64_t columns = std::min(steps, kColumns);
  std::vector<double> values;
  for (std::int64_t i = 0; i < columns; ++i) {
    const std::int64_t step = columns > 1 ? i * (steps - 1) / (columns - 1) : 0;
    values.push_back(value(step));
  }
  return text_plot(values, high, kRows);
}

}  // namespace

std::string rate_plot(const Json& recipe, std::int64_t steps) {
  const Json ours = recipe_defaults("lora");
  const bool counted = recipe.contains("warmup_steps");
  const Warmup warmup(counted ? 0 : recipe.value("warmup", ours["warmup"].get<double>()),
                      recipe.value("warmup_steps", std::int64_t{0}), recipe.value("ramp", "above") == "zero");
  const Schedule schedule(
      Schedule::shape_named(recipe.value("schedule", ours["schedule"].get<std::string>())), warmup, steps);
  return "Learning rate, as a share of its peak, over " + std::to_string(steps) + " steps:\n" +
         plot(steps, 1, [&](std::int64_t step) { return schedule.factor(step); });
}

std::string weight_plot(const Json& parameters, std::int64_t steps) {
  const char* grown = parameters.contains("beta") ? "beta" : "alpha";
  const Ramp ramp{parameters.at(grown), parameters.at("warmup"),
                  parameters.value("warmup_steps", std::int64_t{0}), parameters.value("jump", false)};
  const auto at = [&](std::int64_t step) {
    return ramp.at(Progress(static_cast<double>(step) / static_cast<double>(steps), step));
  };
  return "Its weight (" + std::string(grown) + " once warm) over " + std::to_string(steps) + " steps:\n" +
         plot(steps, ramp.most > 0 ? ramp.most : 1, at);
}

std::string schedules_text(const Json& recipe, const Json& logconf, std::int64_t steps) {
  return rate_plot(recipe, steps) + "\nlogconf. " +
         weight_plot(resolve_parameters(find_method("logconf"), logconf), steps);
}

}  // namespace qinglan
