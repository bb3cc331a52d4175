#pragma once
// Finds the weights of a model in its files, under whatever names and layouts those have.

#include <cstdint>
#include <memory>
#include <string>

#include "catalog/architecture.h"
#include "catalog/model_source.h"
#include "model/weight_rows.h"

namespace qinglan {

class WeightReader {
 public:
  explicit WeightReader(const ModelSource& source);

  // Throws Error{corrupt_data} that names a missing weight or one of another shape.
  WeightRows find(WeightRole role, std::int64_t layer) const;

 private:
  struct Found {
    const TensorView* view;
    const std::string* path;
    std::string name;
  };
  Found look_up(const WeightName& names, std::int64_t layer) const;
  // Where the weight's rows lie among those of the file's matrix, which may hold several weights.
  RowOrder order_of(const WeightName& names) const;

  ModelConfig config_;
  const Architecture& architecture_;
  WeightFormat format_;
  std::string path_;
  std::shared_ptr<const ModelFiles> files_;
};

}  // namespace qinglan
