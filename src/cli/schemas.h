#pragma once
// The JSON Schemas (2020-12) of the documents that --json prints, from docs/schema/. They know every key, so
// that a document which gains one needs its schema changed.

#include <span>
#include <string_view>

namespace qinglan {

struct Schema {
  std::string_view name, text;  // "run"; the schema, a line break at its end
};
std::span<const Schema> schemas();

}  // namespace qinglan
