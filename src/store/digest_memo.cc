#include "store/digest_memo.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "io/publish.h"

namespace qinglan {
namespace {

std::string identity(const std::string& path) {
  struct stat s;
  if (stat(path.c_str(), &s) != 0)
    throw Error(ErrorKind::io, "cannot read: " + std::string(std::strerror(errno))).in(path);
  return std::to_string(s.st_dev) + ":" + std::to_string(s.st_ino) + ":" + std::to_string(s.st_size) + ":" +
         std::to_string(s.st_mtim.tv_sec) + "." + std::to_string(s.st_mtim.tv_nsec);
}

}  // namespace

DigestMemo::DigestMemo(const Store& store) : store_(store) {
  const std::string path = store.root() + "/digests.json";
  if (!store.fs().exists(path)) return;
  try {
    known_ = parse_json(store.fs().read(path), path).get<std::map<std::string, std::string>>();
  } catch (const std::exception&) {
    known_.clear();
  }
}

std::string DigestMemo::digest(const std::string& path) {
  const std::string who = identity(path);
  if (const auto it = known_.find(who); it != known_.end()) return it->second;
  const std::string digest = sha256_file(path);
  known_[who] = digest;
  publish_file(store_.fs(), store_.root() + "/digests.json", canonical_json(Json(known_)) + "\n");
  return digest;
}

}  // namespace qinglan
