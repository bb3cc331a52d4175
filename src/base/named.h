#pragma once
// Entries of a table by the name that a user wrote.

#include <string>
#include <vector>

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {

// The entry of that `name`. Throws Error{usage} that lists those there are; its hint is the nearest name, or
// `elsewhere` where none is near. `what` is what an entry is, such as "method".
template <typename Entry>
const Entry& find_named(const std::vector<Entry>& entries, const std::string& name, const std::string& what,
                        const std::string& elsewhere) {
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  const auto near = nearest_word(name, names);
  throw Error(ErrorKind::usage, "there is no " + what + " \"" + name + "\"")
      .expected("one of " + listed(names))
      .hint(near ? "Did you mean " + *near + "?" : elsewhere);
}

}  // namespace qinglan
