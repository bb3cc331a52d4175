#pragma once
// Cores that one engine's worker has to itself among the engines of this user, by a lock for each core: the
// workers of two engines compute side by side and not on each other's cores, as long as there are enough.

#include <string>
#include <vector>

#include "experiment/cores.h"

namespace qinglan {

class CoreClaim {
 public:
  // Takes `count` of the cores that nobody holds; none where there are fewer. Locks are files in `folder`,
  // which is made where it is absent; where that cannot be, nothing is claimed. They end with the object or
  // with the process.
  CoreClaim(const Cores& cores, std::int64_t count, const std::string& folder = claims_folder());
  ~CoreClaim();
  CoreClaim(const CoreClaim&) = delete;
  CoreClaim& operator=(const CoreClaim&) = delete;

  const std::vector<int>& cpus() const { return cpus_; }  // empty: none

  static std::string claims_folder();  // of this user, below the system's folder for temporary files

 private:
  void give_back();

  std::vector<int> cpus_, locks_;
};

}  // namespace qinglan
