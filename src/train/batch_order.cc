#include "train/batch_order.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace qinglan {

BatchOrder::BatchOrder(std::int64_t rows, std::int64_t batch, std::uint64_t run_seed)
    : rows_(rows), batch_(batch), run_seed_(run_seed) {}

std::vector<std::int64_t> BatchOrder::rows(std::int64_t step) {
  const std::int64_t epoch = step / steps_per_epoch();
  if (epoch != epoch_) {
    order_.resize(rows_);
    std::iota(order_.begin(), order_.end(), 0);
    Random(run_seed_, "order", static_cast<std::uint64_t>(epoch)).shuffle(order_);
    epoch_ = epoch;
  }
  const std::int64_t begin = step % steps_per_epoch() * batch_, end = std::min(begin + batch_, rows_);
  return {order_.begin() + begin, order_.begin() + end};
}

}  // namespace qinglan
