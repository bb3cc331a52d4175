#include "experiment/spec.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "catalog/compat.h"
#include "catalog/known_model.h"
#include "catalog/method.h"
#include "catalog/pipeline.h"
#include "catalog/stage.h"
#include "data/choices.h"
#include "data/known_dataset.h"
#include "data/template.h"
#include "experiment/compat.h"
#include "experiment/corrupted.h"
#include "experiment/elicit.h"
#include "experiment/profile.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"
#include "experiment/toml_tree.h"
#include "experiment/tune.h"
#include "supervise/combiner.h"

namespace qinglan {
namespace {

// Where a dotted key points: a section's own key, or a key of one name's table (a model or a method).
struct Address {
  std::string section, name, key;
};

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

struct Assignment {
  Address address;
  Json value;
};

struct Axis {
  std::string key;
  Address address;
  std::vector<Json> values;
};

// The checked tree of a spec: section keys, per-name tables, axes, command-line settings.
class Tree {
 public:
  Tree(const Json& tree, const SpecOptions& options, std::string source) : source_(std::move(source)) {
    for (const auto& [key, value] : tree.items()) read_top(key, value);
    for (const auto& text : options.sets) read_set(text);
    if (options.seeds) sets_.push_back({{"", "", "seeds"}, *options.seeds});
    if (const Json* name = last_said("", "compat", {})) compat_ = &find_compat(name->get<std::string>());
  }

  const std::vector<Axis>& axes() const { return axes_; }
  const std::string& source() const { return source_; }
  const Compat* compat() const { return compat_; }  // null: none

  // What the spec's profile sets of a section.
  Json compat_values(const std::string& section) const {
    return compat_ ? compat_defaults(*compat_, section) : Json::object();
  }

  // All keys of a section by precedence. `chosen` are the axis values of one cell, `defaults` stand before
  // the schema's.
  Json section(const std::string& section, const std::vector<Assignment>& chosen,
               const Json& defaults = Json::object()) const {
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

  // All keys of one model of the chain.
  Json link(const std::string& model, const std::vector<Assignment>& chosen) const {
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

  // Settings of a chain that no cell has would be lost without a word.
  void check_chain() const {
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

  // Parameters given to a method or a stage, by precedence.
  Json method_parameters(const std::string& method, const std::vector<Assignment>& chosen) const {
    Json told = Json::object(), params = compat_values("method." + method);
    overlay(told, own_, "method", method);
    overlay(told, chosen, "method", method);
    overlay(told, sets_, "method", method);
    if (told.contains("warmup")) params.erase("warmup_steps");  // a share in place of a number
    params.update(told);
    return params;
  }

 private:
  void read_top(const std::string& key, const Json& value) {
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

  void read_grid(const std::string& prefix, const Json& value) {
    if (!value.is_object())
      throw Error(ErrorKind::usage, "an axis of [grid] is a dotted key with a list")
          .in(source_)
          .found(prefix);
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

  void read_set(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::usage, "cannot read " + text).in("--set").expected("section.key=value");
    const std::string dotted = text.substr(0, equals);
    const Address address = address_of(dotted, "--set");
    add(sets_, address, parse_toml_value(text.substr(equals + 1)));
    std::erase_if(axes_, [&](const Axis& axis) { return axis.key == dotted; });
  }

  void add(std::vector<Assignment>& list, const Address& address, const Json& value) {
    check_value(address, value, source_);
    list.push_back({address, value});
  }

  // `values` have the defaults and the section's own keys; what is named or stronger is laid over them.
  Json named_section(Json values, const std::string& section, const std::string& name,
                     const std::vector<Assignment>& chosen) const {
    overlay(values, own_, section, name);
    overlay(values, chosen, section, "");
    overlay(values, chosen, section, name);
    overlay(values, sets_, section, "");
    overlay(values, sets_, section, name);
    return values;
  }

  static void overlay(Json& values, const std::vector<Assignment>& list, const std::string& section,
                      const std::string& name) {
    for (const auto& item : list)
      if (item.address.section == section && item.address.name == name) values[item.address.key] = item.value;
  }

  // The value said last of a key without a name's table; null where it is not said.
  const Json* last_said(const std::string& section, const std::string& key,
                        const std::vector<Assignment>& chosen) const {
    const Json* said = nullptr;
    for (const auto* list : {&own_, &chosen, &sets_})
      for (const auto& item : *list)
        if (item.address.section == section && item.address.name.empty() && item.address.key == key)
          said = &item.value;
    return said;
  }

  // A supervisor that is no tuned model has nothing of it.
  bool takes_compat(const std::string& section, const std::vector<Assignment>& chosen) const {
    const Json* kind = section == "supervisor" ? last_said(section, "kind", chosen) : nullptr;
    return compat_ && (!kind || *kind == "model");
  }

  static std::string name_in(const std::string& section, const Json& values) {
    if (section == "student") return values.value("model", "");
    if (section == "supervisor")
      return values["kind"] == "model" || values["kind"] == "elicit" || values["kind"] == "corrupted"
                 ? values.value("model", "")
                 : values.value("kind", "");
    return "";
  }

  std::string source_;
  const Compat* compat_ = nullptr;
  std::vector<Assignment> own_, sets_;
  std::vector<Axis> axes_;
};

void require(bool good, const std::string& message, const std::string& source, const std::string& hint = "") {
  if (!good) throw Error(ErrorKind::usage, message).in(source).hint(hint);
}

LearnerSpec learner(const std::string& section, Json values, const Json& compat, const std::string& data_text,
                    const std::string& source) {
  LearnerSpec spec;
  if (section == "supervisor") {
    require_one_of(values, section, "kind",
                   {"model", "ngrams", "lexicon", "labels", "annotators", "elicit", "corrupted"}, source);
    spec.kind = values["kind"];
    for (const auto& [key, kind] : {std::pair{"elicit", "elicit"}, std::pair{"corrupt", "corrupted"}})
      require(spec.kind == kind || !values.contains(key),
              std::string("supervisor.") + key + " needs kind = \"" + kind + "\"", source);
  }
  if (values["text"] == "") values["text"] = data_text;
  const Json given = values;
  if (spec.kind == "model") {
    require(values.contains("model"), "[" + section + "] needs a model", source,
            "model = \"smollm2-135m\", or a path; `qinglan models list` shows the known ones");
    parse_tune(values["tune"], source + ": " + section + ".tune");
    require_one_of(values, section, "dtype", {"auto", "bfloat16", "float32"}, source);
    require_one_of(values, section, "base", {"compute", "file"}, source);
    check_prompt(values, section, source);
    if (values["dtype"] == "auto") values["dtype"] = fast_dtype();
    spec.name = values["model"];
    spec.model_path = find_model(spec.name);
    spec.tune = values["tune"];
    values = with_recipe_defaults(values, source, compat);
    spec.compat = compat;
  } else if (spec.kind == "elicit") {
    values = elicit_values(values, source);
    spec.name = values["elicit"].get<std::string>() + ":" + values["model"].get<std::string>();
    spec.model_path = find_model(values["model"]);
  } else if (spec.kind == "corrupted") {
    values = corrupted_values(values, source);
    spec.name = corrupted_name(values);
    if (values.contains("model")) {
      spec.model_path = find_model(values["model"]);
      spec.tune = "probe";
    }
  } else {
    spec.name = spec.kind;
    values = only_keys_of_kind(values, spec.kind);
    spec.path = values.value("path", "");
    if (is_rule(spec)) {
      require(!spec.path.empty(), "a supervisor of kind " + spec.kind + " needs `path`", source);
      spec.path = find_packaged_file(spec.path);
      if (spec.kind == "annotators") {
        require_one_of(values, section, "combine", combiner_names(), source);
        if (values["annotators"].is_string()) values["annotators"] = Json::array({values["annotators"]});
      }
      spec.name = values.value("combine", spec.kind) + ":" + std::filesystem::path(spec.path).stem().string();
    }
  }
  if (section == "supervisor") {
    resolve_ensemble(values, given, source);
    if (values.contains("ensemble")) spec.name = values["ensemble"].get<std::string>() + ":" + spec.name;
  }
  spec.text = values["text"];
  spec.values = std::move(values);
  return spec;
}

MethodSpec method(const Tree& tree, const std::string& text, const std::vector<Assignment>& chosen) {
  const auto parameters = [&](const std::string& part) {
    return resolve_parameters(find_part(part), tree.method_parameters(part, chosen));
  };
  const Pipeline pipeline = parse_pipeline(text);
  MethodSpec spec{pipeline.loss, parameters(pipeline.loss)};
  for (const auto& stage : pipeline.stages) spec.stages.push_back({stage, parameters(stage)});
  return spec;
}

std::vector<LinkSpec> chain(const Tree& tree, const std::vector<Assignment>& chosen,
                            const std::string& data_text) {
  Json through = tree.section("chain", chosen).at("through");
  if (through.is_string()) through = Json::array({through});
  std::vector<LinkSpec> links;
  for (const auto& model : through) {
    const Json values = tree.link(model, chosen);
    LinkSpec link{learner("chain", values, tree.compat_values("chain"), data_text, tree.source()),
                  method(tree, values.at("method"), chosen)};
    for (const auto& stage : link.method.stages)
      require(!find_stage(stage.name)->spends_gold && !find_stage(stage.name)->judges_by_gold,
              "chain.method = \"" + link.method.text() + "\": no student of a chain is given true labels",
              tree.source(), "method.name, the last student's, may spend a gold budget");
    links.push_back(std::move(link));
  }
  return links;
}

CellSpec cell(const Tree& tree, const std::vector<Assignment>& chosen, const std::string& data_text) {
  CellSpec cell;
  for (auto [section, spec] :
       {std::pair("supervisor", &cell.supervisor), std::pair("student", &cell.student)})
    *spec = learner(section, tree.section(section, chosen), tree.compat_values(section), data_text,
                    tree.source());
  cell.method = method(tree, tree.section("method", chosen).at("name"), chosen);
  cell.chain = chain(tree, chosen, data_text);
  return cell;
}

Json to_json(const std::vector<LinkSpec>& chain) {
  Json links = Json::array();
  for (const auto& link : chain)
    links.push_back({{"student", link.student.values},
                     {"method", {{"name", link.method.text()}, {"params", link.method.all_params()}}}});
  return links;
}

// Every combination of the axes' values, the last axis fastest.
std::vector<CellSpec> all_cells(const Tree& tree, const std::string& data_text) {
  tree.check_chain();
  std::vector<std::vector<Assignment>> combinations = {{}};
  for (const auto& axis : tree.axes()) {
    std::vector<std::vector<Assignment>> next;
    for (const auto& combination : combinations)
      for (const auto& value : axis.values) {
        next.push_back(combination);
        next.back().push_back({axis.address, value});
      }
    combinations = std::move(next);
  }
  std::vector<CellSpec> cells;
  std::set<std::string> seen;
  for (const auto& chosen : combinations) {
    CellSpec c = cell(tree, chosen, data_text);
    // An axis over one method's parameter leaves the other methods' cells equal: one of them is enough.
    const Json identity = {c.supervisor.values, c.student.values, c.method.text(), c.method.all_params(),
                           to_json(c.chain)};
    if (seen.insert(identity.dump()).second) cells.push_back(std::move(c));
  }
  return cells;
}

std::vector<std::string> words_of(const Json& value) {
  return value.is_string() ? std::vector<std::string>{value} : value.get<std::vector<std::string>>();
}

// The section as a recipe completes it.
Json data_section(const Tree& tree) {
  const Json values = tree.section("data", {});
  if (!values.contains("recipe")) return values;
  return tree.section("data", {}, find_known_dataset(values["recipe"]).keys);
}

// A model that does not see which answer a row is about cannot judge it.
void check_choice_shown(const Template& parsed, const std::string& source) {
  const auto& columns = parsed.columns();
  require(std::find(columns.begin(), columns.end(), kChoiceColumn) != columns.end(),
          "a text template does not name {choice}, the answer that a row is about", source,
          "with data.choices every text shows it: text = \"{question}\\n{choice}\"");
}

DatasetSpec dataset(const Json& values, const std::vector<CellSpec>& cells, const std::string& source) {
  require(values.contains("path"), "[data] needs a path", source,
          "a folder, a file, or a name of `qinglan data list`");
  DatasetSpec data;
  data.path = values["path"];
  data.label = values["label"];
  data.id = values["id"];
  data.group = values["group"];
  data.group_words = values.value("group_words", std::int64_t{0});
  data.recipe = values.value("recipe", "");
  data.choices = words_of(values.value("choices", Json::array()));
  data.train = values["train"];
  data.test = values["test"];
  require(data.train >= 0 && data.test >= 0 && values["seed"].get<std::int64_t>() >= 0,
          "data.train, data.test and data.seed are at least 0", source);
  data.seed = values["seed"].get<std::uint64_t>();
  if (values["balance"].is_boolean()) data.balance = values["balance"].get<bool>();
  data.allow_overlap = values["allow_overlap"];
  data.text = values["text"];
  std::set<std::string> columns;
  const auto add_columns = [&](const std::string& text) {
    const Template parsed = Template::parse(text);
    if (!data.choices.empty()) check_choice_shown(parsed, source);
    columns.insert(parsed.columns().begin(), parsed.columns().end());
  };
  add_columns(data.text);
  for (const auto& column : words_of(values["slices"])) columns.insert(column);
  for (const auto& c : cells) {
    add_columns(c.supervisor.text), add_columns(c.student.text);
    for (const auto& link : c.chain) add_columns(link.student.text);
  }
  data.columns = {columns.begin(), columns.end()};
  return data;
}

// A section without the keys that later versions added, where they have their defaults: specs written before
// keep the name of their run.
Json as_before(const std::string& section, Json values, std::initializer_list<const char*> added) {
  for (const char* key : added)
    if (values.contains(key) && values[key] == find_key(section, key)->fallback) values.erase(key);
  return values;
}

Json resolved_document(const Spec& spec, const Json& data, const Json& controls, const Json& claim) {
  Json cells = Json::array();
  for (const auto& c : spec.cells) {
    cells.push_back({{"supervisor", c.supervisor.values},
                     {"student", c.student.values},
                     {"method", {{"name", c.method.text()}, {"params", c.method.all_params()}}}});
    if (!c.chain.empty()) cells.back()["chain"] = to_json(c.chain);
  }
  return {{"name", spec.name},    {"seeds", spec.seeds}, {"data", data},
          {"controls", controls}, {"claim", claim},      {"compute", {{"threads", spec.threads}}},
          {"cells", cells}};
}

}  // namespace

std::string MethodSpec::text() const {
  Pipeline pipeline{{}, name};
  for (const auto& stage : stages) pipeline.stages.push_back(stage.name);
  return pipeline.text();
}

Json MethodSpec::all_params() const {
  Json all = params;
  for (const auto& stage : stages) all[stage.name] = stage.params;
  return all;
}

Spec parse_spec(const std::string& text, const std::string& source, const SpecOptions& options) {
  const Tree tree(parse_toml(text, source), options, source);
  const Json top = tree.section("", {});
  const Json data = data_section(tree);
  const Json controls = tree.section("controls", {});
  const Json claim = tree.section("claim", {});

  Spec spec;
  spec.source = source;
  spec.name = top.value("name", std::filesystem::path(source).stem().string());
  spec.seeds = top["seeds"];
  require(spec.seeds >= 1 && spec.seeds <= 1000, "seeds must lie in 1 .. 1000", source);
  spec.cells = all_cells(tree, data["text"]);
  spec.data = dataset(data, spec.cells, source);
  spec.controls = {controls["shuffled"],  controls["ngram"],      controls["length"],
                   controls["zero_shot"], controls["weak_twice"], controls["random_init"]};
  require_one_of(claim, "claim", "metric", {"auto", "accuracy", "balanced_accuracy", "auroc"}, source);
  spec.claim = {claim["metric"], claim["delta"], claim["gamma"],  claim["ceiling"],
                claim["gold"],   claim["risk"],  claim["primary"]};
  require(spec.claim.gold >= 0, "claim.gold must be at least 0", source);
  require(spec.claim.risk > 0 && spec.claim.risk < 1, "claim.risk must lie between 0 and 1", source);
  spec.slices = words_of(data["slices"]);
  const Json compute = tree.section("compute", {});
  require_one_of(compute, "compute", "device", {"cpu", "cuda"}, source);
  spec.device = compute["device"];
  const std::int64_t threads = compute["threads"];
  require(threads >= 0 && threads <= 1024, "compute.threads must lie in 0 .. 1024", source);
  spec.threads = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
  spec.resolved = resolved_document(spec, as_before("data", data, {"slices"}), controls,
                                    as_before("claim", claim, {"gold", "risk", "primary"}));
  if (tree.compat()) {
    spec.compat = tree.compat()->name;
    spec.resolved["compat"] = compat_document(*tree.compat(), spec, data);
  }
  return spec;
}

bool is_rule(const LearnerSpec& spec) {
  return spec.kind == "lexicon" || spec.kind == "labels" || spec.kind == "annotators";
}

Spec read_spec(const std::string& path, const SpecOptions& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw Error(ErrorKind::usage, "cannot read the spec").in(path).hint("give the path of a .toml file");
  std::ostringstream text;
  text << file.rdbuf();
  // Other rooms do not know where the words come from that they refuse.
  return in_place(options.sets.empty() ? path : path + " with --set",
                  [&] { return parse_spec(text.str(), path, options); });
}

}  // namespace qinglan
