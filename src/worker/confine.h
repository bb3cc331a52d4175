#pragma once
// Lets a process see only what its job was granted, by Landlock (Linux 5.13 and later): a student of weak
// labels cannot open ground truth even if its code tried to.

#include <string>
#include <vector>

namespace qinglan {

struct Grants {
  std::vector<std::string> read;     // files and folders
  std::vector<std::string> write;    // folders: everything below
  std::vector<std::string> publish;  // folders where folders may be made and moved to, not read
};

struct Confinement {
  bool enforced = false;
  std::string why;  // when not
};

// For the whole process and for ever. Paths that do not exist are passed over.
Confinement confine(const Grants& grants);

}  // namespace qinglan
