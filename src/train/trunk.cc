#include "train/trunk.h"

#include <cstdio>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "train/flops.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

constexpr const char* kIndexFile = "/index.safetensors";
constexpr const char* kStates = "states";

std::string part_name(std::size_t number) {
  char name[40];
  std::snprintf(name, sizeof name, "/part-%08zu.safetensors", number);
  return name;
}

std::vector<std::int64_t> integers(const SafetensorsFile& file, const std::string& name) {
  const torch::Tensor values = tensor_of(file.tensor(name));
  if (values.scalar_type() != torch::kInt64 || values.dim() != 1)
    throw Error(ErrorKind::corrupt_data, "the index of hidden states: " + name).in(file.path());
  const auto* first = values.const_data_ptr<std::int64_t>();
  return {first, first + values.numel()};
}

}  // namespace

TrunkPass::TrunkPass(const Backbone& backbone, std::span<const std::vector<std::int32_t>> rows,
                     std::int64_t depth)
    : backbone_(backbone), rows_(rows), depth_(depth), plan_(plan_packs(rows, kForwardPackTokens)) {
  const std::int64_t layers = backbone.config().layers;
  if (depth < 0 || depth >= layers)
    throw Error(ErrorKind::usage, "depth of the frozen blocks")
        .expected("0 .. " + std::to_string(layers - 1))
        .found(std::to_string(depth));
}

double TrunkPass::flops() const { return forward_flops(backbone_.config(), depth_, rows_); }

std::int64_t TrunkPass::bytes() const {
  std::int64_t tokens = 0;
  for (const auto& row : rows_) tokens += static_cast<std::int64_t>(row.size());
  return tokens * backbone_.config().hidden * 2 + static_cast<std::int64_t>(rows_.size()) * 24;
}

torch::Tensor TrunkPass::compute_pack(std::size_t pack) const {
  torch::InferenceMode inference;
  std::vector<const std::vector<std::int32_t>*> members;
  for (const std::int64_t row : plan_.rows(pack)) members.push_back(&rows_[row]);
  const PackedBatch batch = PackedBatch::pack(members);
  return backbone_.forward(batch, std::span(&depth_, 1)).front().to(torch::kBFloat16).cpu().contiguous();
}

void TrunkPass::run(FileSystem& fs, const std::string& work, const std::string& result,
                    std::span<const std::uint8_t> cut, const RunHooks& hooks) const {
  QL_CHECK(cut.size() == rows_.size(), "a flag a row");
  const auto tokens_of = [&](const ChunkedPass::Chunk& chunk) {
    std::int64_t tokens = 0;
    for (std::int64_t i = chunk.begin; i < chunk.end; ++i)
      tokens += static_cast<std::int64_t>(rows_[plan_.order[i]].size());
    return tokens;
  };
  std::size_t number = 0;
  ChunkedPass(plan_, backbone_.config().hidden, tokens_of, [&](std::size_t pack) {
    return compute_pack(pack);
  }).run(fs, work, hooks, [&](const ChunkedPass::Chunk&, const torch::Tensor& states) {
    write_safetensors(fs, result + part_name(number++), {{kStates, view_of(states)}});
  });
  std::vector<std::int64_t> lengths, flags(cut.begin(), cut.end());
  for (const auto& row : rows_) lengths.push_back(static_cast<std::int64_t>(row.size()));
  const auto order_tensor = torch::tensor(plan_.order, torch::kInt64),
             length_tensor = torch::tensor(lengths, torch::kInt64),
             cut_tensor = torch::tensor(flags, torch::kInt64);
  write_safetensors(
      fs, result + kIndexFile,
      {{"order", view_of(order_tensor)}, {"lengths", view_of(length_tensor)}, {"cut", view_of(cut_tensor)}});
}

TrunkStates TrunkStates::open(FileSystem& fs, const std::string& folder, std::int64_t depth) {
  TrunkStates trunk;
  trunk.depth_ = depth;
  for (std::size_t number = 0; fs.exists(folder + part_name(number)); ++number) {
    trunk.parts_.push_back(SafetensorsFile::open(folder + part_name(number)));
    const TensorView& states = trunk.parts_.back().tensor(kStates);
    const bool fits = states.dtype == DType::bf16 && states.shape.size() == 2 &&
                      (number == 0 || states.shape[1] == trunk.width_);
    if (!fits)
      throw Error(ErrorKind::corrupt_data, "hidden states of another shape").in(trunk.parts_.back().path());
    trunk.width_ = states.shape[1];
  }
  trunk.place_rows(SafetensorsFile::open(folder + kIndexFile));
  return trunk;
}

void TrunkStates::place_rows(const SafetensorsFile& index) {
  const auto order = integers(index, "order"), lengths = integers(index, "lengths"),
             cut = integers(index, "cut");
  const auto rows = static_cast<std::int64_t>(order.size());
  const auto damaged = [&] {
    return Error(ErrorKind::corrupt_data, "hidden states that do not fit their index").in(index.path());
  };
  if (lengths.size() != order.size() || cut.size() != order.size()) throw damaged();
  places_.resize(order.size());
  std::size_t part = 0;
  std::int64_t first = 0;
  for (const auto row : order) {
    if (row < 0 || row >= rows) throw damaged();
    Place& place = places_[static_cast<std::size_t>(row)];
    const std::int64_t length = lengths[static_cast<std::size_t>(row)];
    const auto tokens = [&] { return parts_[part].tensor(kStates).shape[0]; };
    if (part < parts_.size() && first == tokens()) ++part, first = 0;
    if (place.length != 0 || length < 1 || part >= parts_.size() || length > tokens() - first)
      throw damaged();
    place = {part, first, length, cut[static_cast<std::size_t>(row)] != 0};
    first += length;
  }
  const bool all = parts_.empty()
                       ? rows == 0
                       : part + 1 == parts_.size() && first == parts_[part].tensor(kStates).shape[0];
  if (!all) throw damaged();
}

PackedBatch TrunkStates::pack(std::span<const std::int64_t> rows) const {
  std::vector<std::int64_t> lengths;
  for (const auto row : rows) lengths.push_back(length(row));
  const std::int64_t total = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  torch::Tensor hidden = torch::empty({total, width_}, torch::kBFloat16);
  auto* out = static_cast<std::byte*>(hidden.mutable_data_ptr());
  const auto row_bytes = static_cast<std::size_t>(width_) * 2;
  for (const auto row : rows) {
    const Place& place = places_[static_cast<std::size_t>(row)];
    const auto bytes =
        parts_[place.part].tensor(kStates).bytes.subspan(static_cast<std::size_t>(place.first) * row_bytes,
                                                         static_cast<std::size_t>(place.length) * row_bytes);
    std::memcpy(out, bytes.data(), bytes.size());
    out += bytes.size();
  }
  return PackedBatch::resume(std::move(hidden), depth_, std::move(lengths));
}

}  // namespace qinglan
