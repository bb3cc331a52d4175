#include "model/weight_reader.h"

#include <algorithm>

#include "base/error.h"

namespace qinglan {
namespace {

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const auto size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

WeightReader::WeightReader(const ModelSource& source)
    : config_(source.config),
      architecture_(architecture_named(source.config.architecture)),
      format_(source.format),
      path_(source.path) {
  for (const auto& file : source.weight_files) {
    if (format_ == WeightFormat::gguf)
      gguf_.push_back(GgufFile::open(file));
    else
      safetensors_.push_back(SafetensorsFile::open(file));
  }
}

WeightReader::Found WeightReader::find(WeightRole role, std::int64_t layer) const {
  const WeightName* names = architecture_.find(role);
  QL_CHECK(names, "the architecture has no such weight");
  const auto look = [&](const auto& files, const std::string& name) -> Found {
    for (const auto& file : files)
      if (const auto entry = file.tensors().find(name); entry != file.tensors().end())
        return {&entry->second, &file.path(), name};
    return {nullptr, nullptr, name};
  };
  if (format_ == WeightFormat::gguf) {
    Found found = look(gguf_, weight_name(names->gguf, layer));
    if (found.view) return found;
  } else {
    for (const char* prefix : architecture_.hf_prefixes) {
      Found found = look(safetensors_, prefix + weight_name(names->hf, layer));
      if (found.view) return found;
    }
  }
  const std::string name =
      format_ == WeightFormat::gguf ? weight_name(names->gguf, layer) : architecture_.hf_name(role, layer);
  throw Error(ErrorKind::corrupt_data, "the weight " + name + " is missing").in(path_);
}

void WeightReader::read(WeightRole role, std::int64_t layer, std::span<const std::int64_t> shape,
                        std::span<float> out) const {
  const Found found = find(role, layer);
  if (!std::equal(shape.begin(), shape.end(), found.view->shape.begin(), found.view->shape.end()))
    throw Error(ErrorKind::corrupt_data,
                "the weight " + found.name + " has another shape than the model's config says")
        .in(*found.path)
        .expected(shape_text(shape))
        .found(shape_text(found.view->shape));
  to_float(*found.view, out);
  if (format_ == WeightFormat::gguf && architecture_.find(role)->layout == GgufLayout::rotary_interleaved)
    undo_rotary_interleave(out, config_.head_dim, shape[1]);
}

void undo_rotary_interleave(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns) {
  const std::int64_t half = head_dim / 2, block = head_dim * columns;
  std::vector<float> head(static_cast<std::size_t>(block));
  for (float* rows = matrix.data(); rows < matrix.data() + matrix.size(); rows += block) {
    for (std::int64_t j = 0; j < half; ++j)
      for (std::int64_t side = 0; side < 2; ++side)
        std::copy_n(rows + (2 * j + side) * columns, columns, head.data() + (side * half + j) * columns);
    std::copy(head.begin(), head.end(), rows);
  }
}

}  // namespace qinglan
