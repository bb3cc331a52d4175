#pragma once
// What a spec says, checked key by key and laid in order of precedence: section keys, per-name tables, axes,
// settings of the command line, a compat profile, defaults. What the values mean is spec.cc's.

#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/compat.h"
#include "experiment/spec.h"

namespace qinglan {

// Where a dotted key points: a section's own key, or a key of one name's table (a model or a method).
struct Address {
  std::string section, name, key;
};

struct Assignment {
  Address address;
  Json value;
};

struct Axis {
  std::string key;
  Address address;
  std::vector<Json> values;
};

class SpecTree {
 public:
  // Throws Error{usage} for a key, section, method or value that no spec may have.
  SpecTree(const Json& tree, const SpecOptions& options, std::string source);

  const std::vector<Axis>& axes() const { return axes_; }
  const std::vector<Assignment>& sets() const { return sets_; }  // of the command line
  const std::string& source() const { return source_; }
  const Compat* compat() const { return compat_; }  // null: none

  // What the spec's profile sets of a section.
  Json compat_values(const std::string& section) const;

  // All keys of a section by precedence. `chosen` are the axis values of one cell, `defaults` stand before
  // the schema's.
  Json section(const std::string& section, const std::vector<Assignment>& chosen,
               const Json& defaults = Json::object()) const;

  // All keys of one model of the chain.
  Json link(const std::string& model, const std::vector<Assignment>& chosen) const;

  // Settings of a chain that no cell has would be lost without a word: throws Error{usage}.
  void check_chain() const;

  // Parameters given to a method or a stage, by precedence.
  Json method_parameters(const std::string& method, const std::vector<Assignment>& chosen) const;

 private:
  void read_top(const std::string& key, const Json& value);
  void read_grid(const std::string& prefix, const Json& value);
  void read_set(const std::string& text);
  void add(std::vector<Assignment>& list, const Address& address, const Json& value);
  Json named_section(Json values, const std::string& section, const std::string& name,
                     const std::vector<Assignment>& chosen) const;
  const Json* last_said(const std::string& section, const std::string& key,
                        const std::vector<Assignment>& chosen) const;
  bool takes_compat(const std::string& section, const std::vector<Assignment>& chosen) const;

  std::string source_;
  const Compat* compat_ = nullptr;
  std::vector<Assignment> own_, sets_;
  std::vector<Axis> axes_;
};

}  // namespace qinglan
