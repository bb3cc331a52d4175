#pragma once
// The students between a cell's supervisor and its own: each learns its predecessor's labels and labels the
// same rows for its successor.

#include <string>
#include <vector>

#include "experiment/learner.h"
#include "record/record.h"

namespace qinglan {

struct Link {
  Learner student;
  MethodSpec method;
  std::string role;  // for errors
};

// From the supervisor on; empty without a chain. Throws as resolve_learner.
std::vector<Link> links_of(const CellSpec& spec, const std::vector<std::string>& classes, DigestMemo& memo);

// Gives the cell its id and, where there are links, its chain without series.
void name_cell(Cell& cell, const std::vector<Link>& links, const Learner& student);

}  // namespace qinglan
