#pragma once
// A plan while it is made: what its nodes are made of, and the nodes so far.

#include <cstdint>
#include <set>
#include <string>

#include "experiment/plan.h"

namespace qinglan {

struct PlanDraft {
  PlanDraft(const Spec& of_spec, const PlannedData& of_data, DigestMemo& digests);

  const Spec& spec;
  const PlannedData& data;
  DigestMemo& memo;
  Json profile;  // the numerics profile of this machine
  Plan plan;
  std::set<std::string> tried;  // rule supervisors that were read and found good

  std::int64_t half() const { return data.train / 2; }  // rows of the transfer half, and of the other

  // The node's key; equal nodes are one.
  std::string add(Node node);

  // Where the recipe has lists: a fit with each combination of their values, and the choice among them.
  std::string add_fit(const Node& fit);
};

}  // namespace qinglan
