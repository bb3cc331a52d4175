#pragma once
// Content-addressed artifacts. Layout below the root:
//   objects/<2 hex>/<key>/result/...     deterministic files
//   objects/<2 hex>/<key>/ledger.json    seconds, memory, host: never digested
//   objects/<2 hex>/<key>/manifest.json  the marker, written last: {"key", "node", "files": {path:
//   {"sha256","size"}}} work/<key>/     checkpoints of a node that is under way tmp/<name>/     folders being
//   filled; moved to objects/ by one rename locks/<key>     flock'ed while a process computes the node
//   quarantine/     objects whose bytes no longer match their manifest
//   records/        run records, digests.json the digest memo
// An object is there whole or not at all.

#include <optional>
#include <string>

#include "base/json.h"
#include "io/file_system.h"

namespace qinglan {

class Store {
 public:
  // Makes the folders. Throws Error{io} that names the root and says how to choose another, when it cannot be
  // written.
  explicit Store(std::string root, FileSystem& fs = real_file_system());
  // For a process that may only use the folders, not make them (a confined worker).
  static Store existing(std::string root, FileSystem& fs = real_file_system());

  const std::string& root() const { return root_; }
  FileSystem& fs() const { return fs_; }

  std::string object_folder(const std::string& key) const;
  std::string result_folder(const std::string& key) const { return object_folder(key) + "/result"; }
  std::string work_folder(const std::string& key) const { return root_ + "/work/" + key; }
  std::string record_path(const std::string& run) const { return root_ + "/records/" + run + ".json"; }

  bool has(const std::string& key) const;
  // Checks every byte of the result against the manifest. A damaged object is moved to quarantine/ and
  // reported false, so that it is computed again.
  bool verify(const std::string& key);
  Json ledger(const std::string& key) const;  // {} where there is none, or a damaged one

  // Publishes the folder (its result/ already filled) under `key`. False: somebody else already had, ours is
  // removed. `node` is the description the key is the hash of.
  bool publish(const std::string& folder, const std::string& key, const Json& node, const Json& ledger);

  // Takes an object out; one that is not there is fine.
  void remove(const std::string& key);

  // Removes what no living process can still want: tmp/ folders and work/ folders of published nodes.
  // Called by an engine that holds no worker. Names in tmp/ start with the owner's process id.
  void collect();

 private:
  struct Existing {};
  Store(std::string root, FileSystem& fs, Existing) : root_(std::move(root)), fs_(fs) {}

  std::string root_;
  FileSystem& fs_;
};

// --store, else $XDG_CACHE_HOME/qinglan, else $HOME/.cache/qinglan.
std::string default_store_root();

}  // namespace qinglan
