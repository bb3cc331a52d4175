#pragma once
// Profiles that reproduce what other code bases published: named deviations from our defaults, each a setting
// that also exists on its own, so that a difference in results can be laid at the door of each. A spec names
// one by `compat`; what it sets has the precedence of a default.

#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct Deviation {
  std::string name;  // for people and records: "no warm-up"
  std::string
      key;     // "data.balance", "method.logconf.threshold", "student.lr"; "learner.lr": of every learner
  Json value;  // null: that of the same learner's key `same_as`
  std::string about;  // what is published, beside ours
  std::string same_as{};
};

struct Compat {
  std::string name;    // "openai-6b450f2"
  std::string source;  // repository and commit
  std::string summary;
  std::vector<Deviation> deviations;
  std::vector<std::string> alike;  // what is published that our defaults are already
  std::vector<std::string> apart;  // what is published and not reproduced, and why
};

const std::vector<Compat>& compats();
// Throws Error{usage} that lists what there is and names the nearest.
const Compat& find_compat(const std::string& name);

// What a profile sets of a section, key by key: "data", "supervisor", "chain", "student" (keys with `same_as`
// as
// {"same_as": key}) or "method.<name>".
Json compat_defaults(const Compat& compat, const std::string& section);

}  // namespace qinglan
