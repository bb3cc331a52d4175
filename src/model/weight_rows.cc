#include "model/weight_rows.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::int64_t kPanelElements = 1 << 18;  // decoded at a time by one thread: 1 MiB of fp32

// Calls body(row - first, row of the file's tensor, rows) for every run of rows that are neighbours there.
template <typename Body>
void for_each_run(const RowOrder& order, std::int64_t first, std::int64_t count, const Body& body) {
  for (std::int64_t row = 0; row < count;) {
    const std::int64_t source = order.source(first + row);
    std::int64_t run = 1;
    while (row + run < count && order.source(first + row + run) == source + run) ++run;
    body(row, source, run);
    row += run;
  }
}

}  // namespace

void ModelFiles::release(std::span<const std::byte> bytes) const {
  for (const auto& file : gguf) file.release(bytes);
  for (const auto& file : safetensors) file.release(bytes);
}

std::int64_t RowOrder::source(std::int64_t row) const {
  const std::int64_t head = row / head_dim, in_head = row % head_dim, half = head_dim / 2;
  switch (kind) {
    case stacked:
    case transposed:
      return first + row;
    case by_head: {
      const std::int64_t parts = total / (heads * head_dim), part = first / (heads * head_dim);
      return (head * parts + part) * head_dim + in_head;
    }
    case interleaved:
      return first + head * head_dim + 2 * (in_head % half) + in_head / half;
  }
  QL_CHECK(false, "unknown row order");
}

// What cannot be read in parts is read at once: transposed matrices, and vectors, which are short.
std::int64_t WeightRows::panel_rows() const {
  if (order_.kind == RowOrder::transposed || shape_.columns == 0)
    return std::max<std::int64_t>(1, shape_.rows);
  return std::max<std::int64_t>(1, kPanelElements / std::max<std::int64_t>(1, shape_.columns));
}

std::span<const std::byte> WeightRows::bytes_of(std::int64_t source, std::int64_t count) const {
  const std::size_t row_bytes =
      view_.bytes.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, order_.total));
  return view_.bytes.subspan(static_cast<std::size_t>(source) * row_bytes,
                             static_cast<std::size_t>(count) * row_bytes);
}

void WeightRows::decode_run(std::int64_t source, std::int64_t count, float* out) const {
  const TensorView part{view_.dtype, {count, shape_.columns}, bytes_of(source, count), view_.offset};
  to_float(part, std::span(out, static_cast<std::size_t>(count * shape_.columns)));
}

void WeightRows::decode_whole(std::int64_t first, std::int64_t count, float* out) const {
  std::vector<float> values(static_cast<std::size_t>(view_.elements()));
  to_float(view_, values);
  const std::int64_t columns = std::max<std::int64_t>(1, shape_.columns);
  const bool transposed = order_.kind == RowOrder::transposed;
  const std::int64_t row_step = transposed ? 1 : columns, column_step = transposed ? order_.total : 1;
  for (std::int64_t row = first; row < first + count; ++row) {
    const float* from = values.data() + order_.source(row) * row_step;
    for (std::int64_t column = 0; column < columns; ++column) *out++ = from[column * column_step];
  }
}

void WeightRows::decode(std::int64_t first, std::int64_t count, float* out) const {
  const std::int64_t columns = std::max<std::int64_t>(1, shape_.columns);
  if (order_.kind == RowOrder::transposed || shape_.columns == 0) {
    decode_whole(first, count, out);
  } else {
    for_each_run(order_, first, count, [&](std::int64_t row, std::int64_t source, std::int64_t run) {
      decode_run(source, run, out + row * columns);
    });
  }
  if (added_ != 0)
    for (std::int64_t i = 0; i < count * columns; ++i) out[i] += added_;
}

void WeightRows::read(std::int64_t first, const torch::Tensor& out, bool release) const {
  const std::int64_t count = out.size(0), columns = std::max<std::int64_t>(1, shape_.columns),
                     panel = panel_rows();
  QL_CHECK(
      out.is_contiguous() && first >= 0 && first + count <= shape_.rows && out.numel() == count * columns,
      "rows outside the weight");
  at::parallel_for(0, (count + panel - 1) / panel, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch;
    for (std::int64_t row = begin * panel; row < std::min(count, end * panel); row += panel) {
      const std::int64_t rows = std::min(panel, count - row);
      if (out.scalar_type() == torch::kFloat32) {
        decode(first + row, rows, out.data_ptr<float>() + row * columns);
      } else {
        scratch.resize(static_cast<std::size_t>(rows * columns));
        decode(first + row, rows, scratch.data());
        at::BFloat16* to = out.data_ptr<at::BFloat16>() + row * columns;
        for (std::size_t i = 0; i < scratch.size(); ++i) to[i] = scratch[i];
      }
      if (release) {
        const bool whole = order_.kind != RowOrder::stacked || shape_.columns == 0;
        files_->release(whole ? view_.bytes : bytes_of(order_.first + first + row, rows));
      }
    }
  });
}

torch::Tensor WeightRows::raw() const {
  QL_CHECK(order_.kind != RowOrder::transposed && shape_.columns > 0 && added_ == 0,
           "raw rows are those of a matrix that lies by rows");
  const auto row_bytes = static_cast<std::int64_t>(bytes_of(0, 1).size());
  auto raw = torch::empty({shape_.rows, row_bytes}, torch::kUInt8);
  auto* out = static_cast<std::byte*>(raw.mutable_data_ptr());
  for_each_run(order_, 0, shape_.rows, [&](std::int64_t row, std::int64_t source, std::int64_t run) {
    const auto from = bytes_of(source, run);
    std::copy(from.begin(), from.end(), out + row * row_bytes);
    files_->release(from);
  });
  return raw;
}

void WeightRows::gather(const torch::Tensor& ids, const torch::Tensor& out) const {
  const auto* id = ids.const_data_ptr<std::int64_t>();
  const std::int64_t columns = shape_.columns;
  QL_CHECK(columns > 0 && out.is_contiguous() && out.size(0) == ids.numel(),
           "rows are gathered from a matrix");
  at::parallel_for(0, ids.numel(), 64, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(columns));
    for (std::int64_t i = begin; i < end; ++i) {
      decode(id[i], 1, scratch.data());
      if (out.scalar_type() == torch::kFloat32)
        std::copy(scratch.begin(), scratch.end(), out.data_ptr<float>() + i * columns);
      else
        for (std::int64_t c = 0; c < columns; ++c)
          out.data_ptr<at::BFloat16>()[i * columns + c] = scratch[static_cast<std::size_t>(c)];
    }
  });
}

}  // namespace qinglan
