#include "experiment/spec_tree.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/method.h"
#include "catalog/pipeline.h"
#include "experiment/compat.h"
#include "experiment/schema.h"
#include "experiment/toml_tree.h"

namespace qinglan {
namespace {

bool has_names(const std::string& section) {
  return section == "supervisor" || section == "chain" || section == "student" || section == "method";
}

std::vector<std::string> keys_of(const std::string& section) {
  std::vector<std::string> keys;
  for (const auto& info : spec_keys())
    if (section == info.section) keys.push_back(info.key);
  return keys;
}

Address address_of(const std::string& dotted, const std::string& source) {
  const auto dot = dotted.find('.');
  if (dot == std::string::npos) return {"", "", dotted};
  Address address{dotted.substr(0, dot), "", dotted.substr(dot + 1)};
  const auto sections = spec_sections();
  if (std::find(sections.begin(), sections.end(), address.section) == sections.end())
    throw unknown_word("section", address.section, sections, source);
  if (!find_key(address.section, address.key) && has_names(address.section)) {
    // A model's name may hold dots: the key is what follows the last one.
    if (const auto last = address.key.rfind('.'); last != std::string::npos) {
      address.name = address.key.substr(0, last);
      address.key = address.key.substr(last + 1);
    }
  }
  return address;
}

// Method parameters are the catalog's; all other keys are the schema's.
void check_value(const Address& address, const Json& value, const std::string& source) {
  if (address.section == "method" && !address.name.empty()) {
    resolve_parameters(find_part(address.name), Json{{address.key, value}});
    return;
  }
  const KeyInfo* info = find_key(address.section, address.key);
  if (!info) {
    auto known = keys_of(address.section);
    if (address.section.empty()) {
      const auto sections = spec_sections();
      known.insert(known.end(), sections.begin(), sections.end());
    }
    throw unknown_word(
        "key", (address.section.empty() ? "" : address.section + ".") + address.key,
        [&] {
          for (auto& key : known) key = (address.section.empty() ? "" : address.section + ".") + key;
          return known;
        }(),
        source);
  }
  check_type(*info, value, source);
}

void overlay(Json& values, const std::vector<Assignment>& list, const std::string& section,
             const std::string& name) {
  for (const auto& item : list)
    if (item.address.section == section && item.address.name == name) values[item.address.key] = item.value;
}

std::string name_in(const std::string& section, const Json& values) {
  if (section == "student") return values.value("model", "");
  if (section == "supervisor")
    return values["kind"] == "model" || values["kind"] == "elicit" || values["kind"] == "corrupted"
               ? values.value("model", "")
               : values.value("kind", "");
  return "";
}

}  // namespace

SpecTree::SpecTree(const Json& tree, const SpecOptions& options, std::string source)
    : source_(std::move(source)) {
  for (const auto& [key, value] : tree.items()) read_top(key, value);
  for (const auto& text : options.sets) read_set(text);
  if (options.seeds) sets_.push_back({{"", "", "seeds"}, *options.seeds});
  if (const Json* name = last_said("", "compat", {})) compat_ = &find_compat(name->get<std::string>());
}

Json SpecTree::compat_values(const std::string& section) const {
  return compat_ ? compat_defaults(*compat_, section) : Json::object();
}

Json SpecTree::section(const std::string& section, const std::vector<Assignment>& chosen,
                       const Json& defaults) const {
  Json values = Json::object();
  for (const auto& info : spec_keys())
    if (section == info.section && !info.fallback.is_null()) values[info.key] = info.fallback;
  const Json compat = takes_compat(section, chosen) ? compat_values(section) : Json::object();
  for (const auto& [key, value] : compat.items())
    if (values.contains(key))
      values[key] = value;  // others go by how the model is tuned: with_recipe_defaults
  values.update(defaults);
  overlay(values, own_, section, "");
  Json named = values;  // the name itself may come from an axis or the command line
  overlay(named, chosen, section, "");
  overlay(named, sets_, section, "");
  const std::string name = name_in(section, named);
  return name.empty() ? named : named_section(std::move(values), section, name, chosen);
}

Json SpecTree::link(const std::string& model, const std::vector<Assignment>& chosen) const {
  Json values = Json::object();
  for (const auto& info : spec_keys())
    if (std::string(info.section) == "chain" && !info.fallback.is_null()) values[info.key] = info.fallback;
  const Json compat = compat_values("chain");
  for (const auto& [key, value] : compat.items())
    if (values.contains(key)) values[key] = value;
  overlay(values, own_, "chain", "");
  values = named_section(std::move(values), "chain", model, chosen);
  values["model"] = model;
  return values;
}

void SpecTree::check_chain() const {
  const auto of_chain = [](const Address& address) { return address.section == "chain"; };
  const auto names_models = [](const Address& address) {
    return address.section == "chain" && address.name.empty() && address.key == "through";
  };
  bool any = false, named = false;
  const auto see = [&](const Address& address) {
    any = any || of_chain(address), named = named || names_models(address);
  };
  for (const auto* list : {&own_, &sets_})
    for (const auto& item : *list) see(item.address);
  for (const auto& axis : axes_) see(axis.address);
  if (any && !named)
    throw Error(ErrorKind::usage, "[chain] does not say through which models")
        .in(source_)
        .expected("through = [\"minilm-l6\"], or an axis \"chain.through\"");
}

Json SpecTree::method_parameters(const std::string& method, const std::vector<Assignment>& chosen) const {
  Json told = Json::object(), params = compat_values("method." + method);
  overlay(told, own_, "method", method);
  overlay(told, chosen, "method", method);
  overlay(told, sets_, "method", method);
  if (told.contains("warmup")) params.erase("warmup_steps");  // a share in place of a number
  params.update(told);
  return params;
}

void SpecTree::read_top(const std::string& key, const Json& value) {
  if (key == "grid") return read_grid("", value);
  const auto sections = spec_sections();
  if (std::find(sections.begin(), sections.end(), key) == sections.end())
    return add(own_, {"", "", key}, value);
  if (!value.is_object())
    throw Error(ErrorKind::usage, "'" + key + "' is a section").in(source_).expected("[" + key + "]");
  for (const auto& [inner, item] : value.items()) {
    if (!item.is_object()) {
      if (key == "chain" && inner == "through" && item.empty())
        throw Error(ErrorKind::usage, "chain.through names no model")
            .in(source_)
            .hint("Leave [chain] out; [] is for an axis, where it stands for the run without a chain.");
      add(own_, {key, "", inner}, item);
    } else if (has_names(key)) {
      if (key == "method") find_part(inner);
      for (const auto& [leaf, leaf_value] : item.items()) add(own_, {key, inner, leaf}, leaf_value);
    } else {
      throw unknown_word("section", key + "." + inner, sections, source_);
    }
  }
}

void SpecTree::read_grid(const std::string& prefix, const Json& value) {
  if (!value.is_object())
    throw Error(ErrorKind::usage, "an axis of [grid] is a dotted key with a list").in(source_).found(prefix);
  for (const auto& [key, item] : value.items()) {
    const std::string dotted = prefix.empty() ? key : prefix + "." + key;
    if (item.is_object()) {
      read_grid(dotted, item);
      continue;
    }
    const Address address = address_of(dotted, source_);
    if (!item.is_array() || item.empty())
      throw Error(ErrorKind::usage, "the axis '" + dotted + "' needs a list of values")
          .in(source_)
          .expected("such as [\"naive\", \"logconf\"]")
          .found(item.dump());
    if (!has_names(address.section))
      throw Error(ErrorKind::usage, "'" + dotted + "' cannot be an axis")
          .in(source_)
          .expected("a key of supervisor, student or method")
          .hint("run the spec once for each value with --set " + dotted + "=...");
    std::set<std::string> seen;
    for (const auto& v : item) {
      check_value(address, v, source_);
      if (!seen.insert(v.dump()).second)
        throw Error(ErrorKind::usage, "the axis '" + dotted + "' names " + v.dump() + " twice").in(source_);
    }
    axes_.push_back({dotted, address, {item.begin(), item.end()}});
  }
}

void SpecTree::read_set(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorKind::usage, "cannot read " + text).in("--set").expected("section.key=value");
  const std::string dotted = text.substr(0, equals);
  const Address address = address_of(dotted, "--set");
  add(sets_, address, parse_toml_value(text.substr(equals + 1)));
  std::erase_if(axes_, [&](const Axis& axis) { return axis.key == dotted; });
}

void SpecTree::add(std::vector<Assignment>& list, const Address& address, const Json& value) {
  check_value(address, value, source_);
  list.push_back({address, value});
}

// `values` have the defaults and the section's own keys; what is named or stronger is laid over them.
Json SpecTree::named_section(Json values, const std::string& section, const std::string& name,
                             const std::vector<Assignment>& chosen) const {
  overlay(values, own_, section, name);
  overlay(values, chosen, section, "");
  overlay(values, chosen, section, name);
  overlay(values, sets_, section, "");
  overlay(values, sets_, section, name);
  return values;
}

// The value said last of a key without a name's table; null where it is not said.
const Json* SpecTree::last_said(const std::string& section, const std::string& key,
                                const std::vector<Assignment>& chosen) const {
  const Json* said = nullptr;
  for (const auto* list : {&own_, &chosen, &sets_})
    for (const auto& item : *list)
      if (item.address.section == section && item.address.name.empty() && item.address.key == key)
        said = &item.value;
  return said;
}

// A supervisor that is no tuned model has nothing of it.
bool SpecTree::takes_compat(const std::string& section, const std::vector<Assignment>& chosen) const {
  const Json* kind = section == "supervisor" ? last_said(section, "kind", chosen) : nullptr;
  return compat_ && (!kind || *kind == "model");
}

}  // namespace qinglan
