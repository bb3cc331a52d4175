#pragma once
// The right to compute a node: an flock on locks/<key>, freed by the kernel at once when its holder dies.

#include <functional>
#include <optional>
#include <string>

#include "store/store.h"

namespace qinglan {

class Lease {
 public:
  // Waits while another process holds it; `keep_waiting` is asked about every 200 ms and ends the wait by
  // false. Empty: the wait was ended. Throws Error{io}.
  static std::optional<Lease> take(const Store& store, const std::string& key,
                                   const std::function<bool()>& keep_waiting);
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

 private:
  explicit Lease(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace qinglan
