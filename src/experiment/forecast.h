#pragma once
// What the students' answers foretell of their gain, read and sealed before ground truth is opened to score
// them.

#include "experiment/executor.h"
#include "experiment/plan.h"
#include "store/store.h"

namespace qinglan {

// Of every cell the misfit of each seed's student to its supervisor on the test rows (metrics/misfit.h), from
// predictions alone. Cells whose floor or student is not there are left out.
Forecast make_forecast(const Plan& plan, Store& store, const std::map<std::string, NodeOutcome>& outcomes);

// Writes forecasts/<data key>/<run>.json in the store unless it is there already.
void seal_forecast(Store& store, const std::string& data_key, const std::string& run,
                   const Forecast& forecast);

}  // namespace qinglan
