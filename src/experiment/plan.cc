#include "experiment/plan.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "catalog/chat_template.h"
#include "catalog/method.h"
#include "catalog/model_source.h"
#include "catalog/tokenizer_files.h"
#include "experiment/profile.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"
#include "experiment/tune.h"
#include "supervise/combiner.h"
#include "supervise/label_file.h"
#include "supervise/lexicon.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

// The digest of everything a model is made of: config, weights, tokenizer.
std::string digest_of_model(const ModelSource& source, DigestMemo& memo) {
  std::set<std::string> files(source.weight_files.begin(), source.weight_files.end());
  if (!source.config_file.empty()) files.insert(source.config_file);
  if (fs::is_regular_file(source.tokenizer_path)) files.insert(source.tokenizer_path);
  if (const auto tokenizer = find_tokenizer_files(source.tokenizer_path))
    files.insert(tokenizer->files.begin(), tokenizer->files.end());
  Json digests = Json::object();
  for (const auto& file : files) digests[fs::path(file).filename()] = memo.digest(file);
  return sha256_hex(canonical_json(digests));
}

Json dataset_params(const Spec& spec, DigestMemo& memo) {
  const DatasetSpec& data = spec.data;
  Json files = Json::array();
  for (const auto& file : dataset_files(data))
    files.push_back({{"name", fs::path(file).filename().string()}, {"sha256", memo.digest(file)}});
  return {{"files", files},
          {"label", data.label},
          {"id", data.id},
          {"group", data.group},
          {"columns", data.columns},
          {"text", data.text},
          {"train", data.train},
          {"test", data.test},
          {"seed", data.seed},
          {"balance", data.balance ? Json(*data.balance) : Json("auto")},
          {"allow_overlap", data.allow_overlap},
          {"recipe", fs::exists(data.path) ? "" : data.path}};
}

Node make_dataset_node(const char* kind, const Spec& spec, DigestMemo& memo) {
  Node node;
  node.kind = kind;
  node.params = dataset_params(spec, memo);
  node.title = std::string(kind) + " " + spec.data.path;
  return node;
}

// A learner with its model read (config only) and hashed.
struct Learner {
  LearnerSpec spec;
  std::string digest;  // of the model
  ModelConfig config;
  Json prompt;  // prompt_of(), with the digest of the chat template
  Tune tune;
  std::int64_t layers = 0;  // top blocks that are trained; 0: all
};

class Planner {
 public:
  Planner(const Spec& spec, const PlannedData& data, DigestMemo& memo)
      : spec_(spec), data_(data), memo_(memo), profile_(numerics_profile(spec.threads)) {
    plan_.dataset = data.dataset;
    plan_.truth = data.truth;
  }

  Plan make() {
    std::set<std::string> ids;
    for (const auto& cell : spec_.cells) {
      plan_.cells.push_back(plan_cell(cell));
      Cell& made = plan_.cells.back();
      const std::string base = made.id;
      for (int n = 2; !ids.insert(made.id).second; ++n) made.id = base + "#" + std::to_string(n);
    }
    return std::move(plan_);
  }

 private:
  Learner resolve(const LearnerSpec& spec, const char* role) {
    Learner learner{.spec = spec};
    if (spec.kind != "model") return learner;
    const ModelSource source = resolve_model(spec.model_path);
    learner.config = source.config;
    fit_to_model(learner, source, role);
    learner.digest = digest_of_model(source, memo_);
    learner.tune = parse_tune(spec.tune, role);
    learner.layers = learner.tune.layers_of(source.config);
    resolve_pooling(learner, role);
    resolve_prompt(learner, source, role);
    check_words(learner, role);
    return learner;
  }

  static void resolve_prompt(Learner& learner, const ModelSource& source, const std::string& role) {
    learner.prompt = prompt_of(learner.spec.values);
    if (!learner.prompt.contains("chat")) return;
    const auto chat = find_chat_template(source.tokenizer_path);
    if (!chat)
      throw Error(ErrorKind::usage, role + ".chat: " + learner.spec.name + " has no chat template")
          .in(source.tokenizer_path)
          .expected(
              "chat_template.jinja, chat_template of tokenizer_config.json, or tokenizer.chat_template of a "
              "GGUF")
          .hint(
              "A text template such as \"Review: {text}\\nSentiment:\" prompts a model that was not tuned to "
              "chat.");
    learner.prompt["chat"]["template"] = digest_of(*chat);
  }

  void check_words(const Learner& learner, const std::string& role) const {
    const Json& values = learner.spec.values;
    if (values.contains("label_words") && values["label_words"].size() != data_.classes.size())
      throw Error(ErrorKind::usage, role + ".label_words needs one entry a class")
          .expected(std::to_string(data_.classes.size()) + " entries")
          .found(values["label_words"].dump());
    if (values.value("head", "new") != "words") return;
    if (learner.layers > 0)
      throw Error(ErrorKind::usage, role +
                                        ".head = \"words\": students of the top blocks are loaded "
                                        "without the language-model head")
          .found("tune = \"" + learner.spec.tune + "\"")
          .hint("use head = \"new\", or tune = \"" + learner.tune.kind + "\"");
    if (learner.config.kind != ModelKind::decoder)
      throw Error(ErrorKind::usage, role + ".head = \"words\": " + learner.spec.name +
                                        " is an encoder and has no language-model head");
    if (values["pooling"] != Json::array({"last"}))
      throw Error(ErrorKind::usage, role + ".head = \"words\" reads the last position")
          .expected("pooling = \"last\"")
          .found(values["pooling"].dump());
  }

  // What the model cannot do is said before any work starts.
  static void fit_to_model(Learner& learner, const ModelSource& source, const std::string& role) {
    Json& values = learner.spec.values;
    if (values.value("base", "") == "file" && source.format != WeightFormat::gguf)
      throw Error(ErrorKind::usage,
                  role + ".base = \"file\" needs a GGUF file: only its weights can stay as they are")
          .in(source.path)
          .hint("leave base at \"compute\"");
    const std::int64_t limit = values.at("max_tokens");
    if (limit <= source.config.max_positions) return;
    if (limit != find_key("student", "max_tokens")->fallback)
      throw Error(ErrorKind::usage, role + ".max_tokens is more than the model can read")
          .in(source.path)
          .expected("at most " + std::to_string(source.config.max_positions))
          .found(std::to_string(limit));
    values["max_tokens"] = source.config.max_positions;
  }

  // "auto" and -1 become what they mean for this model, so that equal work has equal keys.
  static void resolve_pooling(Learner& learner, const char* role) {
    Json& values = learner.spec.values;
    const bool probe = learner.spec.tune == "probe";
    const bool decoder = learner.config.kind == ModelKind::decoder;
    Json pooling = values["pooling"];
    if (pooling == "auto") {
      pooling = Json::array({decoder ? "last" : "mean"});
      if (decoder && probe) pooling.push_back("mean");
    }
    if (pooling.is_string()) pooling = Json::array({pooling});
    for (const auto& word : pooling)
      if (word != "last" && word != "mean" && word != "cls")
        throw Error(ErrorKind::usage, std::string(role) + ".pooling")
            .expected("last, mean or cls")
            .found(word.dump());
    if (pooling.empty() || (!probe && pooling.size() != 1))
      throw Error(ErrorKind::usage,
                  std::string(role) + ".pooling needs exactly one word unless tune is probe");
    values["pooling"] = pooling;
    if (!probe) return;
    const std::int64_t depth = values["depth"];
    if (depth > learner.config.layers)
      throw Error(ErrorKind::usage, std::string(role) + ".depth is larger than the model")
          .expected("at most " + std::to_string(learner.config.layers))
          .found(std::to_string(depth));
    if (depth < 0) values["depth"] = learner.config.layers;
  }

  std::string add(Node node) {
    const std::string key = node.key();
    if (plan_.nodes.emplace(key, std::move(node)).second) plan_.order.push_back(key);
    return key;
  }

  std::string features(const Learner& learner, bool random_init) {
    return frozen_pass("features", "features of ", feature_spec_of(learner.spec.values), learner,
                       random_init);
  }

  // What students of the top blocks start from.
  std::string trunk(const Learner& learner, bool random_init) {
    const Json params = {{"depth", learner.config.layers - learner.layers},
                         {"max_tokens", learner.spec.values["max_tokens"]},
                         {"dtype", learner.spec.values["dtype"]}};
    return frozen_pass("trunk", "lower blocks of ", params, learner, random_init);
  }

  // A pass of the untrained model over all rows.
  std::string frozen_pass(const char* kind, const char* what, const Json& params, const Learner& learner,
                          bool random_init) {
    Node node;
    node.kind = kind;
    node.params = params;
    node.params["model"] = learner.digest;
    node.params.update(learner.prompt);
    if (random_init) node.params["init"] = "random";
    node.inputs = {{"dataset", data_.dataset}};
    node.profile = profile_;
    node.files["model"] = learner.spec.model_path;
    if (!random_init) node.base = base_of(learner);
    node.title = what + learner.spec.name + (random_init ? " without pretraining" : "");
    return add(std::move(node));
  }

  // What a fit is keyed by, whoever's labels it learns from.
  Node fit(const char* kind, const Learner& learner, const char* rows, std::uint64_t seed,
           const MethodSpec& method, bool random_init = false) {
    Node node;
    node.kind = kind;
    node.inputs = {{"dataset", data_.dataset}};
    node.params = {
        {"rows", rows}, {"seed", seed}, {"method", {{"name", method.name}, {"params", method.params}}}};
    if (learner.spec.kind == "ngrams") {
      node.params["learner"] = learner.spec.values;
    } else {
      node.params["learner"] = recipe_of(learner.spec.values);
      node.params["learner"]["kind"] = learner.tune.kind;
      node.profile = profile_;
      if (learner.spec.tune == "probe") {
        node.inputs["features"] = features(learner, random_init);
      } else {
        node.params["model"] = learner.digest;
        if (learner.layers > 0) {
          node.inputs["trunk"] = trunk(learner, random_init);
          node.params["learner"]["layers"] = learner.layers;
          node.params["learner"].erase("max_tokens");  // the trunk's
        } else {
          node.params["learner"].update(learner.prompt);
        }
        if (random_init) node.params["init"] = "random";
        node.files["model"] = learner.spec.model_path;
        if (!random_init) node.base = base_of(learner);
      }
    }
    return node;
  }

  // A model without pretraining has no file to stay in.
  static std::string base_of(const Learner& learner) { return learner.spec.values.value("base", "compute"); }

  static MethodSpec naive() { return {"naive", resolve_parameters(find_method("naive"), Json::object())}; }

  // What is wrong with a word list, a label file or annotators is known before any work starts.
  void try_rule(const LearnerSpec& spec) {
    if (!tried_.insert(spec.path + spec.values.dump()).second) return;
    if (spec.kind == "lexicon") {
      Lexicon::load(spec.path);
      if (data_.classes.size() != 2)
        throw Error(ErrorKind::usage, "a lexicon labels two classes, negative first")
            .found(std::to_string(data_.classes.size()) + " classes");
      return;
    }
    const Inputs inputs = read_inputs(data_.inputs_folder);
    std::vector<std::string> ids;
    RowPlaces places;
    for (const auto& example : inputs.train) ids.push_back(example.id), places.rows.push_back(example.row);
    if (spec.kind == "annotators")
      find_combiner(spec.values["combine"])
          .fit(read_annotations(spec.path, ids, data_.classes, places, spec.values["annotators"]));
    else
      read_label_file(spec.path, ids, data_.classes, places);
  }

  std::string weak_floor(const Learner& supervisor, std::uint64_t seed) {
    const LearnerSpec& spec = supervisor.spec;
    Node node;
    if (is_rule(spec)) {
      try_rule(spec);
      node.kind = "weak_floor";
      node.inputs = {{"dataset", data_.dataset}};
      node.params = {{"learner", spec.values}};
      node.params["learner"].erase("path");
      node.params["file"] = memo_.digest(spec.path);
      node.params["classes"] = data_.classes;
      node.files[spec.kind] = spec.path;
      if (spec.kind != "lexicon") node.params["files_apart"] = dataset_files(spec_.data).size() > 1;
      node.title = "supervisor " + spec.name;
    } else {
      node = fit("weak_floor", supervisor, "supervision", seed, naive());
      node.inputs["truth"] = data_.truth;
      node.title = "supervisor " + spec.name + ", seed " + std::to_string(seed);
    }
    return add(std::move(node));
  }

  std::string weak_labels(const std::string& floor, std::uint64_t seed, bool shuffled) {
    Node node;
    node.kind = "weak_labels";
    node.params = {{"seed", seed}, {"transform", shuffled ? "shuffle" : "none"}};
    node.inputs = {{"dataset", data_.dataset}, {"floor", floor}};
    node.title = std::string(shuffled ? "shuffled " : "") + "weak labels, seed " + std::to_string(seed);
    return add(std::move(node));
  }

  std::string ceiling(const Learner& student, std::uint64_t seed) {
    Node node = fit("strong_ceiling", student, "transfer", seed, naive());
    node.inputs["truth"] = data_.truth;
    node.title = "ceiling " + student.spec.name + ", seed " + std::to_string(seed);
    return add(std::move(node));
  }

  std::string taught(const char* kind, const Learner& student, const std::string& labels, std::uint64_t seed,
                     const MethodSpec& method, const std::string& what, bool random_init = false) {
    Node node = fit(kind, student, "transfer", seed, method, random_init);
    node.inputs["labels"] = labels;
    node.title = what + " " + student.spec.name + ", seed " + std::to_string(seed);
    return add(std::move(node));
  }

  std::string zero_shot(const Learner& student) {
    Node node;
    node.kind = "control";
    node.params = {{"learner",
                    {{"kind", "zero-shot"},
                     {"label_words", student.spec.values["label_words"]},
                     {"max_tokens", student.spec.values["max_tokens"]},
                     {"dtype", student.spec.values["dtype"]}}},
                   {"model", student.digest}};
    node.params["learner"].update(student.prompt);
    node.inputs = {{"dataset", data_.dataset}};
    node.profile = profile_;
    node.files["model"] = student.spec.model_path;
    node.base = base_of(student);
    node.title = "zero-shot " + student.spec.name;
    return add(std::move(node));
  }

  std::string zero_shot_impossible(const Learner& student) const {
    if (student.spec.kind != "model" || student.config.kind != ModelKind::decoder)
      return "an encoder has no language-model head";
    if (!student.spec.values.contains("label_words"))
      return "the spec names no label words (student.label_words, one a class)";
    return "";
  }

  // A learner of the n-gram room, for controls.
  static Learner ngram_learner(const LearnerSpec& like, bool length_only) {
    Learner learner;
    learner.spec.kind = "ngrams";
    learner.spec.name = length_only ? "length-only" : "n-grams";
    learner.spec.text = like.text;
    learner.spec.values = {
        {"kind", "ngrams"}, {"text", like.text}, {"max_n", 2}, {"min_count", 2}, {"ngram_l2", 1.0}};
    if (length_only) learner.spec.values["length_only"] = true;
    return learner;
  }

  Cell plan_cell(const CellSpec& spec) {
    const Learner supervisor = resolve(spec.supervisor, "supervisor");
    const Learner student = resolve(spec.student, "student");
    Cell cell;
    cell.supervisor = spec.supervisor.name;
    cell.student = spec.student.name;
    cell.method = spec.method.name;
    cell.params = spec.method.params;
    cell.supervisor_kind = spec.supervisor.kind;
    cell.supervisor_tune = spec.supervisor.tune;
    cell.student_tune = spec.student.tune;
    cell.id = cell.supervisor + " > " + cell.student + " (" + cell.student_tune + ") : " + cell.method;

    std::vector<std::string> labels, shuffled;
    for (std::int64_t s = 0; s < spec_.seeds; ++s) {
      const std::uint64_t seed = static_cast<std::uint64_t>(s);
      SeedRun run;
      run.seed = seed;
      run.weak_floor = weak_floor(supervisor, seed);
      labels.push_back(weak_labels(run.weak_floor, seed, false));
      if (spec_.controls.shuffled) shuffled.push_back(weak_labels(run.weak_floor, seed, true));
      run.weak_to_strong =
          taught("weak_to_strong", student, labels.back(), seed, spec.method, spec.method.name);
      if (spec_.claim.ceiling) run.strong_ceiling = ceiling(student, seed);
      cell.seeds.push_back(std::move(run));
    }
    add_controls(cell, supervisor, student, labels, shuffled);
    return cell;
  }

  void add_controls(Cell& cell, const Learner& supervisor, const Learner& student,
                    const std::vector<std::string>& labels, const std::vector<std::string>& shuffled) {
    const auto per_seed = [&](const std::string& name, bool teaches, bool wanted, auto make) {
      Control control;
      control.teaches = teaches;
      if (wanted) {
        for (std::size_t s = 0; s < labels.size(); ++s)
          control.series.push_back(make(s, static_cast<std::uint64_t>(s)));
      } else {
        control.undefined = "switched off in [controls]";
      }
      cell.controls[name] = control;
    };
    const auto& on = spec_.controls;
    per_seed("shuffled", true, on.shuffled, [&](std::size_t s, std::uint64_t seed) {
      return taught("control", student, shuffled[s], seed, naive(), "shuffled labels,");
    });
    const Learner ngrams = ngram_learner(student.spec, false), length = ngram_learner(student.spec, true);
    per_seed("n-gram student", false, on.ngram, [&](std::size_t s, std::uint64_t seed) {
      return taught("control", ngrams, labels[s], seed, naive(), "student");
    });
    per_seed("length-only", false, on.length, [&](std::size_t s, std::uint64_t seed) {
      return taught("control", length, labels[s], seed, naive(), "student");
    });
    per_seed("random-init", true, on.random_init, [&](std::size_t s, std::uint64_t seed) {
      return taught("control", student, labels[s], seed, naive(), "not pretrained", true);
    });
    const bool learns = supervisor.spec.kind == "model" || supervisor.spec.kind == "ngrams";
    per_seed("weak-twice", true, on.weak_twice && learns, [&](std::size_t s, std::uint64_t seed) {
      return taught("control", supervisor, labels[s], seed, naive(), "weak-twice");
    });
    if (on.weak_twice && !learns)
      cell.controls["weak-twice"].undefined =
          "a supervisor of kind " + supervisor.spec.kind + " is not trained";
    add_zero_shot(cell, student);
    add_vote(cell, supervisor);
  }

  // What the annotators say without any model of them: the combination must beat it, or it only costs.
  void add_vote(Cell& cell, const Learner& supervisor) {
    Learner vote = supervisor;
    if (vote.spec.values.value("combine", "vote") == "vote") return;
    vote.spec.values["combine"] = "vote";
    vote.spec.name = "vote of the same annotators";
    cell.controls["majority vote"].series = {weak_floor(vote, 0)};
  }

  void add_zero_shot(Cell& cell, const Learner& student) {
    Control control;
    control.undefined =
        spec_.controls.zero_shot ? zero_shot_impossible(student) : "switched off in [controls]";
    if (control.undefined.empty()) control.series.push_back(zero_shot(student));
    cell.controls["zero-shot"] = control;
  }

  const Spec& spec_;
  const PlannedData& data_;
  DigestMemo& memo_;
  Json profile_;
  std::set<std::string> tried_;
  Plan plan_;
};

}  // namespace

Node dataset_node(const Spec& spec, DigestMemo& memo) { return make_dataset_node("dataset", spec, memo); }
Node truth_node(const Spec& spec, DigestMemo& memo) { return make_dataset_node("ground_truth", spec, memo); }

Plan make_plan(const Spec& spec, const PlannedData& data, DigestMemo& memo) {
  return in_place(spec.source, [&] { return Planner(spec, data, memo).make(); });
}

}  // namespace qinglan
