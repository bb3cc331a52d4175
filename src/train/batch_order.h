#pragma once
// Which rows a step sees: every epoch is a permutation of its own, cut into batches; the last may be smaller.

#include <cstdint>
#include <vector>

namespace qinglan {

class BatchOrder {
 public:
  // Epoch e is shuffled by the stream "order", index e, of the run seed.
  BatchOrder(std::int64_t rows, std::int64_t batch, std::uint64_t run_seed);

  std::int64_t steps_per_epoch() const { return (rows_ + batch_ - 1) / batch_; }
  // Row numbers of a step, counted over all epochs.
  std::vector<std::int64_t> rows(std::int64_t step);

 private:
  std::int64_t rows_, batch_, epoch_ = -1;
  std::uint64_t run_seed_;
  std::vector<std::int64_t> order_;
};

}  // namespace qinglan
