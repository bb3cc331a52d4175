#include "train/batch_order.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {
namespace {

std::int64_t steps_of(BatchOrder::Form form, std::int64_t rows, std::int64_t batch, std::int64_t epochs) {
  if (form == BatchOrder::Form::stream) return rows / batch * epochs;
  if (form == BatchOrder::Form::repeat) return rows * epochs / batch;
  return (rows + batch - 1) / batch * epochs;
}

}  // namespace

BatchOrder::BatchOrder(std::int64_t rows, std::int64_t batch, std::uint64_t run_seed, std::int64_t epochs,
                       Form form)
    : rows_(rows),
      batch_(batch),
      epochs_(epochs),
      steps_(steps_of(form, rows, batch, epochs)),
      run_seed_(run_seed),
      form_(form) {}

std::int64_t BatchOrder::row_at(std::int64_t place) {
  const std::int64_t epoch = form_ == Form::repeat ? 0 : place / rows_;
  if (epoch != epoch_) {
    order_.resize(static_cast<std::size_t>(rows_));
    std::iota(order_.begin(), order_.end(), 0);
    Random(run_seed_, "order", static_cast<std::uint64_t>(epoch)).shuffle(order_);
    epoch_ = epoch;
  }
  return order_[static_cast<std::size_t>(place % rows_)];
}

std::vector<std::int64_t> BatchOrder::rows(std::int64_t step) {
  std::int64_t begin = step * batch_, end = begin + batch_;
  if (form_ == Form::epochs) {
    const std::int64_t per_epoch = steps_ / epochs_, epoch = step / per_epoch;
    begin = epoch * rows_ + step % per_epoch * batch_;
    end = std::min(begin + batch_, (epoch + 1) * rows_);
  }
  std::vector<std::int64_t> drawn;
  for (std::int64_t place = begin; place < end; ++place) drawn.push_back(row_at(place));
  return drawn;
}

BatchOrder::Form BatchOrder::form_named(const std::string& name) {
  if (name == "epochs") return Form::epochs;
  if (name == "stream") return Form::stream;
  if (name == "repeat") return Form::repeat;
  throw Error(ErrorKind::usage, "no such order").expected("epochs, stream or repeat").found(name);
}

}  // namespace qinglan
