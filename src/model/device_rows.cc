#include "model/device_rows.h"

#include "base/error.h"
#include "model/block_operators.h"

namespace qinglan {

DeviceRows::DeviceRows(const WeightRows& rows, const torch::Device& device)
    : raw_(rows.raw().to(device)), dtype_(rows.dtype()), rows_(rows.rows()), columns_(rows.columns()) {}

void DeviceRows::read(std::int64_t first, const torch::Tensor& out) const {
  decode(raw_.narrow(0, first, out.size(0)), out);
}

void DeviceRows::gather(const torch::Tensor& ids, const torch::Tensor& out) const {
  decode(raw_.index_select(0, ids), out);
}

void DeviceRows::decode(const torch::Tensor& raw, torch::Tensor out) const {
  const auto block = static_cast<std::int64_t>(info_of(dtype_).block_bytes);
  out.copy_(decode_blocks(dtype_, raw.reshape({-1, block})).view({raw.size(0), columns_}));
}

}  // namespace qinglan
