#pragma once
// What a verb says of a record, and what a run said the last time: a run that found everything in the store
// is told again at once.

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "store/store.h"

namespace qinglan {

struct Telling {
  int code = 0;                                // of the process
  std::string text;                            // for standard output
  std::map<std::string, std::string> files{};  // bytes by path
};

// Throws Error{usage} where `path` (empty: none is asked for) is a folder or a device, or lies where nothing
// can be written.
void check_output(const std::string& path);

// Writes the files, prints the text, returns the code.
int say(const Telling& telling);

// One for each run, beside its record. File: a line of JSON {"of", "code", "text": SHA-256, "files": {path:
// SHA-256}}, then the text. One that is damaged, or whose files are not as they were written, is none.
class KeptTelling {
 public:
  // `of`: all that the telling is made of. This program's own digest is added.
  KeptTelling(const Store& store, const std::string& run, const Json& of);

  // Its files are there already, and left out.
  std::optional<Telling> find() const;
  // To be called when its files are written.
  void keep(const Telling& telling) const;

 private:
  const Store& store_;
  std::string path_, record_, of_;
};

}  // namespace qinglan
