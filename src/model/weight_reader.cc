#include "model/weight_reader.h"

#include "base/error.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

void expect_shape(const TensorView& view, const std::vector<std::int64_t>& shape, const std::string& name,
                  const std::string& path) {
  if (view.shape == shape) return;
  throw Error(ErrorKind::corrupt_data,
              "the weight " + name + " has another shape than the model's config says")
      .in(path)
      .expected(shape_text(shape))
      .found(shape_text(view.shape));
}

std::shared_ptr<const ModelFiles> open_files(const ModelSource& source) {
  auto files = std::make_shared<ModelFiles>();
  for (const auto& file : source.weight_files) {
    if (source.format == WeightFormat::gguf)
      files->gguf.push_back(GgufFile::open(file));
    else
      files->safetensors.push_back(SafetensorsFile::open(file));
  }
  return files;
}

}  // namespace

WeightReader::WeightReader(const ModelSource& source)
    : config_(source.config),
      architecture_(architecture_named(source.config.architecture)),
      format_(source.format),
      path_(source.path),
      files_(open_files(source)) {}

WeightReader::Found WeightReader::look_up(const WeightName& names, std::int64_t layer) const {
  const auto look = [&](const auto& files, const std::string& name) -> Found {
    for (const auto& file : files)
      if (const auto entry = file.tensors().find(name); entry != file.tensors().end())
        return {&entry->second, &file.path(), name};
    return {nullptr, nullptr, name};
  };
  if (format_ == WeightFormat::gguf) {
    if (Found found = look(files_->gguf, weight_name(names.gguf, layer)); found.view) return found;
  } else {
    for (const auto& name : architecture_.hf_names(names.role, layer))
      if (Found found = look(files_->safetensors, name); found.view) return found;
  }
  const std::string name = format_ == WeightFormat::gguf ? weight_name(names.gguf, layer)
                                                         : architecture_.hf_name(names.role, layer);
  throw Error(ErrorKind::corrupt_data, "the weight " + name + " is missing").in(path_);
}

RowOrder WeightReader::order_of(const WeightName& names) const {
  const bool gguf = format_ == WeightFormat::gguf;
  const std::string_view wanted = gguf ? names.gguf : names.hf;
  const std::int64_t rows = weight_shape(config_, names.role).rows;
  RowOrder order;
  order.head_dim = config_.head_dim;
  order.heads = rows / config_.head_dim;
  for (const auto& other : architecture_.weights) {
    if ((gguf ? other.gguf : other.hf) != wanted) continue;
    if (other.role == names.role) order.first = order.total;
    order.total += weight_shape(config_, other.role).rows;
  }
  if (!gguf && names.hf_layout == HfLayout::transposed) order.kind = RowOrder::transposed;
  if (!gguf && names.hf_layout == HfLayout::by_head) {
    QL_CHECK(rows == config_.q_width() && order.total % rows == 0, "grouped heads cannot be stored by head");
    order.kind = RowOrder::by_head;
  }
  if (gguf && names.gguf_layout == GgufLayout::rotary_interleaved) order.kind = RowOrder::interleaved;
  return order;
}

WeightRows WeightReader::find(WeightRole role, std::int64_t layer) const {
  const WeightName& names = architecture_.find(role);
  const WeightShape shape = weight_shape(config_, role);
  const Found found = look_up(names, layer);
  const RowOrder order = order_of(names);
  std::vector<std::int64_t> expected{order.total};
  if (shape.columns) expected.push_back(shape.columns);
  if (order.kind == RowOrder::transposed) expected = {shape.columns, order.total};
  expect_shape(*found.view, expected, found.name, *found.path);
  const bool plus_one = format_ == WeightFormat::gguf && names.gguf_layout == GgufLayout::plus_one;
  return WeightRows(*found.view, files_, shape, order, plus_one ? -1.0f : 0.0f);
}

}  // namespace qinglan
