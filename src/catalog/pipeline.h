#pragma once
// How a method is written: stages that change the weak labels, then the loss that learns from them,
// "filter:topo | logconf". Spaces are free. A pipeline that ends with a stage learns by naive.

#include <string>
#include <vector>

#include "catalog/method.h"

namespace qinglan {

struct Pipeline {
  std::vector<std::string> stages;  // in the order in which they are applied
  std::string loss = "naive";

  std::string text() const;  // canonical: " | " between the parts, the loss always last
};

// Throws Error{usage} that says which part is wrong: empty, unknown (with the nearest known), a loss before
// another part.
Pipeline parse_pipeline(const std::string& text);

// A loss or a stage: what has parameters. Throws Error{usage} that names the nearest.
const MethodInfo& find_part(const std::string& name);

}  // namespace qinglan
