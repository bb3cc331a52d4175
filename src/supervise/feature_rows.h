#pragma once
// Hidden states of rows as plain numbers: what stages compare rows by.

#include <cstddef>
#include <span>

namespace qinglan {

struct FeatureRows {
  std::span<const float> values;  // [n, width]
  std::size_t width = 0;

  std::size_t size() const { return width ? values.size() / width : 0; }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * width, width); }
};

}  // namespace qinglan
