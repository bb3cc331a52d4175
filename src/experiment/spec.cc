#include "experiment/spec.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/processor.h"
#include "catalog/known_model.h"
#include "catalog/method.h"
#include "catalog/pipeline.h"
#include "catalog/stage.h"
#include "data/choices.h"
#include "data/known_dataset.h"
#include "data/template.h"
#include "experiment/compat.h"
#include "experiment/cores.h"
#include "experiment/corrupted.h"
#include "experiment/elicit.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"
#include "experiment/spec_tree.h"
#include "experiment/toml_tree.h"
#include "experiment/tune.h"
#include "supervise/combiner.h"

namespace qinglan {
namespace {

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

MethodSpec method(const SpecTree& tree, const std::string& text, const std::vector<Assignment>& chosen) {
  const auto parameters = [&](const std::string& part) {
    return resolve_parameters(find_part(part), tree.method_parameters(part, chosen));
  };
  const Pipeline pipeline = parse_pipeline(text);
  MethodSpec spec{pipeline.loss, parameters(pipeline.loss)};
  for (const auto& stage : pipeline.stages) spec.stages.push_back({stage, parameters(stage)});
  return spec;
}

std::vector<LinkSpec> chain(const SpecTree& tree, const std::vector<Assignment>& chosen,
                            const std::string& data_text) {
  Json through = tree.section("chain", chosen).at("through");
  if (through.is_string()) through = Json::array({through});
  std::vector<LinkSpec> links;
  for (const auto& model : through) {
    const Json values = tree.link(model, chosen);
    LinkSpec link{learner("chain", values, tree.compat_values("chain"), data_text, tree.source()),
                  method(tree, values.at("method"), chosen)};
    for (const auto& stage : link.method.stages) {
      const StageInfo& info = *find_stage(stage.name);
      require(!info.spends_gold && !info.judges_by_gold && !info.starts_locked,
              "chain.method = \"" + link.method.text() + "\": no student of a chain is given true labels",
              tree.source(), "method.name, the last student's, may spend a gold budget");
    }
    links.push_back(std::move(link));
  }
  return links;
}

CellSpec cell(const SpecTree& tree, const std::vector<Assignment>& chosen, const std::string& data_text) {
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
// An axis of one method's or model's key that leaves every cell as it is would be lost without a word.
// `cells`: what the cell of every combination is, the last axis' values next to each other.
void check_axes(const SpecTree& tree, const std::vector<std::string>& cells) {
  if (!tree.sets().empty()) return;  // what narrows a grid for once may leave axes without use
  std::size_t stride = cells.size();
  for (const Axis& axis : tree.axes()) {
    const std::size_t values = axis.values.size();
    stride /= values;
    bool changes = values == 1 || axis.address.name.empty();
    for (std::size_t i = 0; i < cells.size() && !changes; ++i)
      changes = i / stride % values + 1 < values && cells[i] != cells[i + stride];
    require(changes, "the grid's \"" + axis.key + "\" changes no cell", tree.source(),
            "name the method or the model that it belongs to, or leave it out");
  }
}

std::vector<CellSpec> all_cells(const SpecTree& tree, const std::string& data_text) {
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
  std::vector<std::string> identities;
  for (const auto& chosen : combinations) {
    CellSpec c = cell(tree, chosen, data_text);
    // An axis over one method's parameter leaves the other methods' cells equal: one of them is enough.
    const Json identity = {c.supervisor.values, c.student.values, c.method.text(), c.method.all_params(),
                           to_json(c.chain)};
    identities.push_back(identity.dump());
    if (seen.insert(identities.back()).second) cells.push_back(std::move(c));
  }
  check_axes(tree, identities);
  return cells;
}

std::vector<std::string> words_of(const Json& value) {
  return value.is_string() ? std::vector<std::string>{value} : value.get<std::vector<std::string>>();
}

// The section as a recipe completes it.
Json data_section(const SpecTree& tree) {
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

Spoiling spoiling(const Json& data, const std::string& source) {
  const Spoiling made{data.value("test_path", ""), data.value("trigger", ""),
                      data.value("trigger_share", 0.1)};
  require(made.trigger_share >= 0 && made.trigger_share < 1,
          "data.trigger_share must be at least 0 and less than 1", source);
  return made;
}

// A section without the keys that later versions added, where they have their defaults: specs written before
// keep the name of their run.
Json as_before(const std::string& section, Json values, std::initializer_list<const char*> added) {
  for (const char* key : added)
    if (values.contains(key) && values[key] == find_key(section, key)->fallback) values.erase(key);
  return values;
}

Json resolved_document(const Spec& spec, const Json& data, const Json& controls, const Json& claim) {
  return {{"name", spec.name},           {"seeds", spec.seeds}, {"data", data},
          {"controls", controls},        {"claim", claim},      {"compute", {{"threads", spec.threads}}},
          {"cells", to_json(spec.cells)}};
}

}  // namespace

Json to_json(const std::vector<CellSpec>& cells) {
  Json list = Json::array();
  for (const auto& c : cells) {
    list.push_back({{"supervisor", c.supervisor.values},
                    {"student", c.student.values},
                    {"method", {{"name", c.method.text()}, {"params", c.method.all_params()}}}});
    if (!c.chain.empty()) list.back()["chain"] = to_json(c.chain);
  }
  return list;
}

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
  const SpecTree tree(parse_toml(text, source), options, source);
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
  spec.spoiling = spoiling(data, source);
  spec.controls = {controls["shuffled"],  controls["ngram"],      controls["length"],
                   controls["zero_shot"], controls["weak_twice"], controls["random_init"]};
  require_one_of(claim, "claim", "metric", {"auto", "accuracy", "balanced_accuracy", "auroc"}, source);
  spec.claim = {claim["metric"], claim["delta"], claim["gamma"],  claim["ceiling"],
                claim["gold"],   claim["risk"],  claim["primary"]};
  for (const auto& [key, value] :
       {std::pair("delta", spec.claim.delta), std::pair("gamma", spec.claim.gamma)})
    require(value >= 0 && value < 1,
            std::string("claim.") + key + " must lie between 0 and 1: 0.01 is one point", source);
  require(spec.claim.gold >= 0, "claim.gold must be at least 0", source);
  require(spec.claim.risk > 0 && spec.claim.risk < 1, "claim.risk must lie between 0 and 1", source);
  spec.slices = words_of(data["slices"]);
  spec.stress.ood = words_of(tree.section("stress", {})["ood"]);
  const Json compute = tree.section("compute", {});
  require_one_of(compute, "compute", "device", {"cpu", "cuda"}, source);
  spec.device = compute["device"];
  const std::int64_t threads = compute["threads"];
  require(threads >= 0 && threads <= 1024, "compute.threads must lie in 0 .. 1024", source);
  spec.threads = threads ? threads : usable_cores().usable;
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
