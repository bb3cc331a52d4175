#pragma once
// Which rows a step sees: every epoch is a permutation, cut into batches.

#include <cstdint>
#include <string>
#include <vector>

namespace qinglan {

class BatchOrder {
 public:
  enum class Form {
    epochs,  // every epoch has a permutation of its own; its last batch may be smaller
    stream,  // the same, but batches run on over the ends of epochs and all are full: epochs floor(rows /
             // batch) steps
    repeat,  // one permutation for all epochs; batches run on: floor(epochs rows / batch) steps
  };

  // Epoch e is shuffled by the stream "order", index e (repeat: 0), of the run seed.
  BatchOrder(std::int64_t rows, std::int64_t batch, std::uint64_t run_seed, std::int64_t epochs = 1,
             Form form = Form::epochs);

  // Of all epochs; 0 where full batches are asked for and there are fewer rows than one takes.
  std::int64_t steps() const { return steps_; }
  // The steps that are done when epoch `epoch` of 1 .. epochs is: the share's, rounded up.
  std::int64_t end_of(std::int64_t epoch) const { return (steps_ * epoch + epochs_ - 1) / epochs_; }
  double steps_per_epoch() const { return static_cast<double>(steps_) / static_cast<double>(epochs_); }
  // Row numbers of a step, counted over all epochs, in the order drawn.
  std::vector<std::int64_t> rows(std::int64_t step);

  // "epochs", "stream", "repeat".
  static Form form_named(const std::string& name);

 private:
  std::int64_t row_at(std::int64_t place);  // of all epochs one after another

  std::int64_t rows_, batch_, epochs_, steps_, epoch_ = -1;
  std::uint64_t run_seed_;
  Form form_;
  std::vector<std::int64_t> order_;
};

}  // namespace qinglan
