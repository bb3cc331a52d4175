#include "model/weight_reader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace qinglan {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

void expect_shape(const TensorView& view, const std::vector<std::int64_t>& shape, const std::string& name,
                  const std::string& path) {
  if (view.shape == shape) return;
  throw Error(ErrorKind::corrupt_data, "the weight " + name + " has another shape than the model's config says")
      .in(path)
      .expected(shape_text(shape))
      .found(shape_text(view.shape));
}

std::vector<float> whole(const TensorView& view) {
  std::vector<float> values(static_cast<std::size_t>(view.elements()));
  to_float(view, values);
  return values;
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

WeightReader::Found WeightReader::find(const WeightName& names, std::int64_t layer) const {
  const auto look = [&](const auto& files, const std::string& name) -> Found {
    for (const auto& file : files)
      if (const auto entry = file.tensors().find(name); entry != file.tensors().end())
        return {&entry->second, &file.path(), name};
    return {nullptr, nullptr, name};
  };
  if (format_ == WeightFormat::gguf) {
    if (Found found = look(gguf_, weight_name(names.gguf, layer)); found.view) return found;
  } else {
    for (const auto& name : architecture_.hf_names(names.role, layer))
      if (Found found = look(safetensors_, name); found.view) return found;
  }
  const std::string name = format_ == WeightFormat::gguf ? weight_name(names.gguf, layer)
                                                         : architecture_.hf_name(names.role, layer);
  throw Error(ErrorKind::corrupt_data, "the weight " + name + " is missing").in(path_);
}

WeightReader::Stack WeightReader::stack_of(const WeightName& names) const {
  const bool gguf = format_ == WeightFormat::gguf;
  const std::string_view wanted = gguf ? names.gguf : names.hf;
  Stack stack;
  for (const auto& other : architecture_.weights) {
    if ((gguf ? other.gguf : other.hf) != wanted) continue;
    if (other.role == names.role) stack.first = stack.total;
    stack.total += weight_shape(config_, other.role).rows;
  }
  return stack;
}

void WeightReader::read(WeightRole role, std::int64_t layer, std::span<float> out) const {
  const WeightName& names = architecture_.find(role);
  const WeightShape shape = weight_shape(config_, role);
  QL_CHECK(static_cast<std::int64_t>(out.size()) == shape.elements(), "another size than the weight's");
  const Found found = find(names, layer);
  const Stack stack = stack_of(names);
  const bool gguf = format_ == WeightFormat::gguf;
  if (!gguf && names.hf_layout == HfLayout::transposed)
    read_columns(found, stack, shape, out);
  else if (!gguf && names.hf_layout == HfLayout::by_head)
    read_by_head(found, stack, names, shape, out);
  else
    read_rows(found, stack, shape, out);
  if (gguf && names.gguf_layout == GgufLayout::rotary_interleaved)
    undo_rotary_interleave(out, config_.head_dim, std::max<std::int64_t>(1, shape.columns));
  if (gguf && names.gguf_layout == GgufLayout::plus_one)
    for (float& value : out) value -= 1;
}

void WeightReader::read_rows(const Found& found, const Stack& stack, const WeightShape& shape,
                             std::span<float> out) const {
  std::vector<std::int64_t> expected{stack.total};
  if (shape.columns) expected.push_back(shape.columns);
  expect_shape(*found.view, expected, found.name, *found.path);
  TensorView part = *found.view;
  if (part.bytes.size() > 0 && stack.total > 0) {
    const std::size_t row_bytes = part.bytes.size() / static_cast<std::size_t>(stack.total);
    part.bytes = part.bytes.subspan(static_cast<std::size_t>(stack.first) * row_bytes,
                                    static_cast<std::size_t>(shape.rows) * row_bytes);
  }
  part.shape[0] = shape.rows;
  to_float(part, out);
}

void WeightReader::read_columns(const Found& found, const Stack& stack, const WeightShape& shape,
                                std::span<float> out) const {
  expect_shape(*found.view, {shape.columns, stack.total}, found.name, *found.path);
  const auto values = whole(*found.view);
  for (std::int64_t row = 0; row < shape.rows; ++row)
    for (std::int64_t column = 0; column < shape.columns; ++column)
      out[row * shape.columns + column] = values[column * stack.total + stack.first + row];
}

// Row (head, part, i) of the file is row head * D + i of the part; all parts have as many heads.
void WeightReader::read_by_head(const Found& found, const Stack& stack, const WeightName& names,
                                const WeightShape& shape, std::span<float> out) const {
  std::vector<std::int64_t> expected{stack.total};
  if (shape.columns) expected.push_back(shape.columns);
  expect_shape(*found.view, expected, found.name, *found.path);
  QL_CHECK(stack.total % shape.rows == 0, "parts of a head differ in size");
  const auto values = whole(*found.view);
  const std::int64_t width = std::max<std::int64_t>(1, shape.columns), block = config_.head_dim * width;
  const std::int64_t parts = stack.total / shape.rows, part = stack.first / shape.rows;
  QL_CHECK(weight_shape(config_, names.role).rows == config_.q_width(), "grouped heads cannot be stored by head");
  for (std::int64_t head = 0; head < config_.heads; ++head)
    std::copy_n(values.data() + (head * parts + part) * block, block, out.data() + head * block);
}

namespace {

// Moves the rows of each head between (side, pair) and (pair, side).
void move_pairs(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns, bool together) {
  const std::int64_t half = head_dim / 2, block = head_dim * columns;
  std::vector<float> head(static_cast<std::size_t>(block));
  for (float* rows = matrix.data(); rows < matrix.data() + matrix.size(); rows += block) {
    for (std::int64_t j = 0; j < half; ++j)
      for (std::int64_t side = 0; side < 2; ++side) {
        const std::int64_t paired = (2 * j + side) * columns, apart = (side * half + j) * columns;
        std::copy_n(rows + (together ? apart : paired), columns, head.data() + (together ? paired : apart));
      }
    std::copy(head.begin(), head.end(), rows);
  }
}

}  // namespace

void undo_rotary_interleave(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns) {
  move_pairs(matrix, head_dim, columns, /*together=*/false);
}

void rotary_interleave(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns) {
  move_pairs(matrix, head_dim, columns, /*together=*/true);
}

}  // namespace qinglan
