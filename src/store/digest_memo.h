#pragma once
// SHA-256 of large files, remembered by (device, inode, size, mtime) so that weights are not hashed at every
// start.

#include <map>
#include <string>

#include "store/store.h"

namespace qinglan {

class DigestMemo {
 public:
  // Reads <root>/digests.json; an unreadable memo is an empty one (it is rebuildable).
  explicit DigestMemo(const Store& store);
  // Throws Error{io}. New digests are written back at once.
  std::string digest(const std::string& path);

 private:
  const Store& store_;
  std::map<std::string, std::string> known_;
};

}  // namespace qinglan
