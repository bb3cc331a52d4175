#pragma once
// What a report draws of a cell beyond its judgement: read from the record when a report is made, and only
// then.

#include <vector>

#include "audit/agreement.h"
#include "audit/disagreement.h"
#include "audit/reliability.h"

namespace qinglan {

struct CellPicture {
  std::vector<ReliabilityBin> weak_floor, weak_to_strong, strong_ceiling;
  std::vector<Agreement> agreements;
  std::vector<AnswerPair> answers;
  Disagreements disagreements;
};

// In the record's order; nothing is drawn of a failed cell. `examples`: at most so many of each kind.
// Throws Error{corrupt_data} as judge does.
std::vector<CellPicture> picture_cells(const Record& record, std::size_t examples);

}  // namespace qinglan
