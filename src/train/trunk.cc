#include "train/trunk.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
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
  std::int64_t tokens = 0;
  for (const auto& row : rows_) tokens += static_cast<std::int64_t>(row.size());
  return tokens * (backbone_.config().hidden * 2 + 8) + static_cast<std::int64_t>(rows_.size()) * 16;
}

PackedBatch TrunkPass::batch_of(std::size_t pack) const {
  std::vector<const std::vector<std::int32_t>*> members;
  for (const std::int64_t row : plan_.rows(pack)) members.push_back(&rows_[row]);
  return PackedBatch::pack(members, backbone_.beginnings());
}

torch::Tensor TrunkPass::compute_pack(std::size_t pack) const {
  torch::InferenceMode inference;
  const auto states = backbone_.forward(batch_of(pack), std::span(&depth_, 1)).front();
  return states.to(torch::kBFloat16).cpu().contiguous();
}

torch::Tensor TrunkPass::places() const {
  std::vector<std::int64_t> begins{0};
  for (const auto& row : rows_) begins.push_back(begins.back() + static_cast<std::int64_t>(row.size()));
  torch::Tensor places = torch::empty({begins.back()}, torch::kInt64);
  auto* place = places.mutable_data_ptr<std::int64_t>();
  std::int64_t before = 0;  // rows of the packs before
  for (std::size_t pack = 0; pack < plan_.size(); ++pack) {
    const PackedBatch batch = batch_of(pack);
    batch.for_each_token([&](std::int64_t document, std::int64_t i, std::int64_t row) {
      place[begins[plan_.rows(pack)[document]] + i] = before + row;
    });
    before += batch.rows();
  }
  if (before > std::numeric_limits<std::int32_t>::max())
    throw Error(ErrorKind::unsupported, "hidden states of more tokens than can be counted")
        .expected("at most 2^31 - 1")
        .found(std::to_string(before));
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

const std::byte* TrunkStates::state(std::int32_t place) const {
  const auto part = std::upper_bound(parts_.begin(), parts_.end(), place,
                                     [](std::int32_t at, const Part& part) { return at < part.end; });
  const std::int64_t first = part == parts_.begin() ? 0 : std::prev(part)->end;
  return part->states + (place - first) * 2 * width_;
}

PackedBatch TrunkStates::pack(std::span<const std::int64_t> rows, Beginnings beginnings) const {
  std::vector<const std::vector<std::int32_t>*> documents;
  std::vector<std::int64_t> lengths;
  for (const auto row : rows) {
    documents.push_back(&places(row));
    lengths.push_back(length(row));
  }
  std::optional<SharedRows> shared;
  if (beginnings == Beginnings::shared) shared = SharedRows::of(documents);
  const auto& counts = shared ? shared->own : lengths;
  torch::Tensor hidden = torch::empty({std::reduce(counts.begin(), counts.end()), width_}, torch::kBFloat16);
  PackedBatch batch = PackedBatch::resume(hidden, depth_, std::move(lengths), std::move(shared));
  auto* to = static_cast<std::byte*>(hidden.mutable_data_ptr());
  const std::int64_t bytes = 2 * width_;
  batch.for_each_token([&](std::int64_t document, std::int64_t i, std::int64_t row) {
    std::memcpy(to + row * bytes, state((*documents[document])[i]), static_cast<std::size_t>(bytes));
  });
  return batch;
}

}  // namespace qinglan
