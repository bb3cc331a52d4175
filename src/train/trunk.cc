#include "train/trunk.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "train/flops.h"
#include "train/input_rows.h"
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
    : backbone_(backbone),
      rows_(rows),
      depth_(depth),
      plan_(plan_packs(pointers_to(rows), kForwardPackTokens, backbone.beginnings())) {
  const std::int64_t layers = backbone.config().layers;
  if (depth < 0 || depth >= layers)
    throw Error(ErrorKind::usage, "depth of the frozen blocks")
        .expected("0 .. " + std::to_string(layers - 1))
        .found(std::to_string(depth));
}

double TrunkPass::flops() const { return forward_flops(backbone_.config(), depth_, rows_); }

std::int64_t TrunkPass::bytes() const {
  std::int64_t stored = 0, tokens = 0;
  for (std::size_t pack = 0; pack < plan_.size(); ++pack) {
    const PackedBatch batch = batch_of(pack);
    stored += batch.rows();
    tokens += batch.tokens();
  }
  return stored * 2 * backbone_.config().hidden + 8 * tokens + 16 * static_cast<std::int64_t>(rows_.size());
}

PackedBatch TrunkPass::batch_of(std::size_t pack) const {
  return InputRows(rows_).pack(plan_.rows(pack), backbone_.beginnings());
}

torch::Tensor TrunkPass::compute_pack(std::size_t pack) const {
  torch::InferenceMode inference;
  const auto states = backbone_.forward(batch_of(pack), std::span(&depth_, 1)).front();
  return states.to(torch::kBFloat16).cpu().contiguous();
}

std::int64_t TrunkPass::shared_with_pack_before(std::size_t pack) const {
  if (pack == 0 || backbone_.beginnings() == Beginnings::apart) return 0;
  const auto& before = rows_[plan_.rows(pack - 1).back()];
  const auto& first = rows_[plan_.rows(pack).front()];
  return std::min(shared_tokens(before, first), static_cast<std::int64_t>(first.size()) - 1);
}

torch::Tensor TrunkPass::places() const {
  std::vector<std::int64_t> begins{0};
  for (const auto& row : rows_) begins.push_back(begins.back() + static_cast<std::int64_t>(row.size()));
  torch::Tensor places = torch::empty({begins.back()}, torch::kInt64);
  auto* place = places.mutable_data_ptr<std::int64_t>();
  std::int64_t end = 0;  // of the rows of the packs before
  for (std::size_t pack = 0; pack < plan_.size(); ++pack) {
    const PackedBatch batch = batch_of(pack);
    // The first text in the order of tokens has the first rows.
    const std::int64_t known = shared_with_pack_before(pack);
    const std::int64_t* before = known > 0 ? place + begins[plan_.rows(pack - 1).back()] : nullptr;
    batch.for_each_token([&](std::int64_t document, std::int64_t i, std::int64_t row) {
      place[begins[plan_.rows(pack)[document]] + i] = row < known ? before[row] : end + row;
    });
    end += batch.rows();
  }
  if (end > std::numeric_limits<std::int32_t>::max())
    throw Error(ErrorKind::unsupported, "hidden states of more tokens than can be counted")
        .expected("at most 2^31 - 1")
        .found(std::to_string(end));
  return places;
}

void TrunkPass::run(FileSystem& fs, const std::string& work, const std::string& result,
                    std::span<const std::uint8_t> cut, const RunHooks& hooks) const {
  QL_CHECK(cut.size() == rows_.size(), "a flag a row");
  const torch::Tensor rows = places();
  const auto height = [&](const ChunkedPass::Chunk& chunk) {
    std::int64_t rows = 0;
    for (std::size_t pack = chunk.first; pack < chunk.last; ++pack) rows += batch_of(pack).rows();
    return rows;
  };
  std::size_t number = 0;
  ChunkedPass(plan_, backbone_.config().hidden, height, [&](std::size_t pack) {
    return compute_pack(pack);
  }).run(fs, work, hooks, [&](const ChunkedPass::Chunk&, const torch::Tensor& states) {
    write_safetensors(fs, result + part_name(number++), {{kStates, view_of(states)}});
  });
  std::vector<std::int64_t> lengths, flags(cut.begin(), cut.end());
  for (const auto& row : rows_) lengths.push_back(static_cast<std::int64_t>(row.size()));
  const auto length_tensor = torch::tensor(lengths, torch::kInt64),
             cut_tensor = torch::tensor(flags, torch::kInt64);
  write_safetensors(
      fs, result + kIndexFile,
      {{"rows", view_of(rows)}, {"lengths", view_of(length_tensor)}, {"cut", view_of(cut_tensor)}});
}

TrunkStates TrunkStates::open(FileSystem& fs, const std::string& folder, std::int64_t depth) {
  TrunkStates trunk;
  trunk.depth_ = depth;
  for (std::size_t number = 0; fs.exists(folder + part_name(number)); ++number) {
    SafetensorsFile file = SafetensorsFile::open(folder + part_name(number));
    const TensorView& states = file.tensor(kStates);
    const bool fits = states.dtype == DType::bf16 && states.shape.size() == 2 &&
                      (number == 0 || states.shape[1] == trunk.width_);
    if (!fits)
      throw Error(ErrorKind::corrupt_data, "hidden states of another shape").in(folder + part_name(number));
    trunk.width_ = states.shape[1];
    trunk.parts_.push_back({std::move(file), states.bytes.data(), trunk.stored() + states.shape[0]});
  }
  trunk.place_rows(SafetensorsFile::open(folder + kIndexFile));
  return trunk;
}

void TrunkStates::place_rows(const SafetensorsFile& index) {
  const auto rows = integers(index, "rows"), lengths = integers(index, "lengths"),
             cut = integers(index, "cut");
  const auto damaged = [&] {
    return Error(ErrorKind::corrupt_data, "hidden states that do not fit their index").in(index.path());
  };
  if (lengths.size() != cut.size()) throw damaged();
  auto place = rows.begin();
  std::int64_t last = -1;
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    if (lengths[row] < 1 || lengths[row] > rows.end() - place) throw damaged();
    auto& places = places_.emplace_back();
    for (const auto end = place + lengths[row]; place != end; ++place) {
      if (*place < 0 || *place >= stored()) throw damaged();
      places.push_back(static_cast<std::int32_t>(*place));
      last = std::max(last, *place);
    }
    cut_.push_back(cut[row] != 0);
  }
  if (place != rows.end() || last + 1 != stored()) throw damaged();
}

const std::byte* TrunkStates::state(std::int64_t place) const {
  const auto part = std::upper_bound(parts_.begin(), parts_.end(), place,
                                     [](std::int64_t at, const Part& part) { return at < part.end; });
  const std::int64_t first = part == parts_.begin() ? 0 : std::prev(part)->end;
  return part->states + (place - first) * 2 * width_;
}

PackedBatch TrunkStates::pack(std::span<const std::int64_t> rows, Beginnings beginnings) const {
  std::vector<const std::vector<std::int32_t>*> documents;
  for (const auto row : rows) documents.push_back(&places(row));
  const PackedBatch batch = PackedBatch::pack(documents, beginnings);
  torch::Tensor hidden = torch::empty({batch.rows(), width_}, torch::kBFloat16);
  auto* to = static_cast<std::byte*>(hidden.mutable_data_ptr());
  const auto* place = batch.ids.const_data_ptr<std::int64_t>();
  const std::int64_t bytes = 2 * width_;
  for (std::int64_t row = 0; row < batch.rows(); ++row, to += bytes)
    std::memcpy(to, state(place[row]), static_cast<std::size_t>(bytes));
  return batch.resumed(hidden, depth_);
}

}  // namespace qinglan
