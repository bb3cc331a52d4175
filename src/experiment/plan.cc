#include "experiment/plan.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/method.h"
#include "catalog/stage.h"
#include "data/gold_rows.h"
#include "experiment/chain.h"
#include "experiment/choice.h"
#include "experiment/claim.h"
#include "experiment/corrupted.h"
#include "experiment/elicit.h"
#include "experiment/gold_stages.h"
#include "experiment/learner.h"
#include "experiment/profile.h"
#include "experiment/recipe.h"
#include "experiment/row_checks.h"
#include "supervise/combiner.h"
#include "supervise/label_file.h"
#include "supervise/lexicon.h"

namespace qinglan {
namespace {

class Planner {
 public:
  Planner(const Spec& spec, const PlannedData& data, DigestMemo& memo)
      : spec_(spec), data_(data), memo_(memo), profile_(numerics_profile(spec.threads, spec.device)) {
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
  std::int64_t half() const { return data_.train / 2; }  // rows of the transfer half, and of the other

  std::string add(Node node) {
    const std::string key = node.key();
    if (plan_.nodes.emplace(key, std::move(node)).second) plan_.order.push_back(key);
    return key;
  }

  // Where the recipe has lists: a fit with each combination of their values, and the choice among them.
  std::string add_fit(const Node& fit) {
    const std::vector<Json> settings = settings_of(fit.params.at("learner"));
    if (settings.empty()) return add(fit);
    std::vector<std::string> candidates;
    for (const Json& values : settings) candidates.push_back(add(with_settings(fit, values)));
    return add(choice_node(fit, settings, candidates));
  }

  std::string features(const Learner& learner, bool random_init) {
    return frozen_pass("features", "features of ", feature_spec_of(learner.spec.values), learner,
                       random_init);
  }

  // What a stage compares rows by: of a decoder the last token's state, of an encoder the mean, behind a
  // share of the student's blocks.
  std::string stage_features(const Learner& student, double depth) {
    Json spec = feature_spec_of(student.spec.values);
    spec["depth"] = static_cast<std::int64_t>(depth * static_cast<double>(student.config.layers));
    spec["pooling"] = Json::array({student.config.kind == ModelKind::decoder ? "last" : "mean"});
    return frozen_pass("features", "features of ", spec, student, false);
  }

  // What students of the top blocks start from.
  std::string trunk(const Learner& learner, bool random_init) {
    const Json params = {{"depth", learner.config.layers - learner.layers},
                         {"max_tokens", learner.spec.values["max_tokens"]},
                         {"dtype", learner.spec.values["dtype"]}};
    return frozen_pass("trunk", "lower blocks of ", params, learner, random_init);
  }

  // A pass of the untrained model over all rows.
  std::string frozen_pass(const char* kind, const std::string& what, const Json& params,
                          const Learner& learner, bool random_init) {
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
    if (learner.spec.values.contains("ensemble"))
      node.params["ensemble"] = {{"kind", learner.spec.values["ensemble"]},
                                 {"rounds", learner.spec.values["rounds"]}};
    if (learner.spec.kind == "ngrams") {
      node.params["learner"] = single_member(learner).spec.values;
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
        node.recompute = learner.spec.values.value("recompute", false);
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
    if (spec.kind == "elicit") return elicited(supervisor, seed);
    if (spec.kind == "corrupted") return corrupted(supervisor, seed);
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

  // The one supervisor that sees true labels of the transfer half, and of test: to make errors of them.
  std::string corrupted(const Learner& supervisor, std::uint64_t seed) {
    Node node;
    node.kind = "weak_floor";
    node.params = {{"rows", "transfer"},
                   {"seed", seed},
                   {"learner", corruption_of(supervisor.spec.values, data_.classes)}};
    node.inputs = {{"dataset", data_.dataset}, {"truth", data_.truth}};
    if (!supervisor.spec.model_path.empty()) node.inputs["features"] = features(supervisor, false);
    node.title = "supervisor " + supervisor.spec.name + ", seed " + std::to_string(seed);
    return add(std::move(node));
  }

  // No ground truth is among its inputs, but of a few-shot supervisor the rows it shows. A direction is
  // fitted on the rows of the supervision half.
  std::string elicited(const Learner& supervisor, std::uint64_t seed) {
    const Json& way = supervisor.spec.values["elicit"];
    if (way == "few-shot") return few_shot(supervisor, seed);
    if (way == "consistency") return consistent(supervisor);
    const std::string answers = add(zero_shot(supervisor, "weak_floor"));
    if (!is_direction(supervisor.spec.values)) return answers;
    Node node;
    node.kind = "weak_floor";
    node.params = {
        {"rows", "supervision"}, {"seed", seed}, {"learner", elicit_recipe_of(supervisor.spec.values)}};
    node.inputs = {{"dataset", data_.dataset},
                   {"zero_shot", answers},
                   {"first", contrast_side(supervisor, 0)},
                   {"second", contrast_side(supervisor, 1)}};
    node.profile = profile_;
    node.title = "supervisor " + supervisor.spec.name + ", seed " + std::to_string(seed);
    return add(std::move(node));
  }

  std::string few_shot(const Learner& supervisor, std::uint64_t seed) {
    const std::int64_t each = supervisor.spec.values["shots"],
                       shots = each * static_cast<std::int64_t>(data_.classes.size());
    if (shots > half())
      throw Error(ErrorKind::usage, "supervisor.shots: more rows than the supervision half has")
          .expected("at most " + std::to_string(half()) + " of all classes together")
          .found(std::to_string(shots));
    const std::string seed_words = ", seed " + std::to_string(seed);
    Node shown;
    shown.kind = "shots";
    shown.params = {{"each", each}, {"seed", seed}};
    shown.inputs = {{"dataset", data_.dataset}, {"truth", data_.truth}};
    shown.title = std::to_string(shots) + " rows to show" + seed_words;
    Node node = zero_shot(supervisor, "weak_floor");
    node.params["learner"].update({{"kind", "few-shot"}, {"shots", shots}});
    node.params["seed"] = seed;
    node.inputs["shots"] = add(std::move(shown));
    node.title = "supervisor " + supervisor.spec.name + seed_words;
    return add(std::move(node));
  }

  // What the model says of one statement a class, made one answer.
  std::string consistent(const Learner& supervisor) {
    const Json& values = supervisor.spec.values;
    Node node;
    node.kind = "weak_floor";
    node.params = {{"learner", {{"kind", "consistency"}}}};
    node.title = "supervisor " + supervisor.spec.name;
    for (std::size_t k = 0; k < data_.classes.size(); ++k) {
      Node asked = zero_shot(supervisor, "weak_floor");
      asked.params["learner"]["label_words"] = values["truth_words"];
      asked.params["learner"]["suffix"] = statement_of(values, k);
      asked.title = "whether it is" + pair_word(values, k) + ", by " + values["model"].get<std::string>();
      node.inputs[statement_role(k)] = add(std::move(asked));
    }
    return add(std::move(node));
  }

  // The last token's hidden states of all rows, each followed by the word of one class.
  std::string contrast_side(const Learner& supervisor, std::size_t label) {
    const Json& values = supervisor.spec.values;
    const std::string word = pair_word(values, label);
    const Json params = {{"depth", values["depth"]},
                         {"pooling", {"last"}},
                         {"max_tokens", values["max_tokens"]},
                         {"dtype", values["dtype"]},
                         {"suffix", word}};
    return frozen_pass("features", "\"" + word + "\" read by ", params, supervisor, false);
  }

  // What a teacher, the supervisor or a student of a chain, says of the transfer half.
  std::string weak_labels(const std::string& floor, std::uint64_t seed, bool shuffled) {
    Node node;
    node.kind = "weak_labels";
    node.params = {{"seed", seed}, {"transform", shuffled ? "shuffle" : "none"}};
    node.inputs = {{"dataset", data_.dataset}, {"floor", floor}};
    const Node& teacher = plan_.nodes.at(floor);
    const bool chained = teacher.kind == "weak_to_strong";
    node.title = std::string(shuffled ? "shuffled " : "") + "weak labels" +
                 (chained ? " of " + teacher.title : ", seed " + std::to_string(seed));
    return add(std::move(node));
  }

  // The labels that the pipeline makes of a supervisor's. What a stage does depends on the run seed by its
  // inputs alone.
  std::string staged(const std::string& raw_labels, const MethodSpec& method, const Learner& student,
                     std::uint64_t seed) {
    std::string labels = raw_labels;
    for (const auto& stage : method.stages) {
      const StageInfo& info = *find_stage(stage.name);
      if (info.spends_gold) continue;
      check_neighbours(stage, half());
      Node node;
      node.kind = "weak_labels";
      node.params = {{"transform", stage.name}, {"params", stage.params}};
      if (info.reads_features) {
        node.inputs["dataset"] = data_.dataset;
        node.inputs["features"] = stage_features(student, stage.params.at("depth"));
        node.params["params"].erase("depth");  // the features'
      }
      if (info.judges_by_gold) {
        node.inputs["gold"] = gold_rows(stage, raw_labels, seed);
        node.params["params"].erase("rows");  // the budget's
      }
      if (info.answers == StageAnswers::zero_shot) node.inputs["answers"] = own_answers(student, stage.name);
      node.title = stage.name + ", seed " + std::to_string(seed);
      node.params["params"].erase("rounds");
      for (std::int64_t round = stage.params.value("rounds", std::int64_t{1}); round > 0; --round) {
        node.inputs["labels"] = labels;
        if (info.answers == StageAnswers::first_student)
          node.inputs["answers"] = first_student(student, labels, labels == raw_labels, seed, method);
        labels = add(node);
      }
    }
    return labels;
  }

  // The untrained student's own answers to all rows.
  std::string own_answers(const Learner& student, const std::string& stage) {
    if (const std::string why = zero_shot_impossible(student); !why.empty())
      throw Error(ErrorKind::usage, "method.\"" + stage + "\" asks the untrained student: " + why)
          .hint("Take a decoder as the student and name a word for each class in student.label_words.");
    return add(zero_shot(student, "weak_floor"));
  }

  std::string ceiling(const Learner& student, std::uint64_t seed) {
    Node node = fit("strong_ceiling", student, "transfer", seed, naive());
    node.inputs["truth"] = data_.truth;
    node.title = "ceiling " + student.spec.name + ", seed " + std::to_string(seed);
    return add_fit(node);
  }

  // True labels that a method spends, and nothing else of the ground truth.
  std::string gold_rows(const StageSpec& stage, const std::string& raw_labels, std::uint64_t seed) {
    const std::int64_t rows = stage.params.at("rows");
    if (rows > half())
      throw Error(ErrorKind::usage,
                  "method.\"" + stage.name + "\".rows is a larger budget than the transfer half has rows")
          .expected("at most " + std::to_string(half()))
          .found(std::to_string(rows));
    Node node;
    node.kind = "gold_rows";
    node.params = {{"rows", rows}, {"place", gold_place_of(stage)}, {"seed", seed}};
    node.inputs = {{"labels", raw_labels}, {"truth", data_.truth}};
    node.title = std::to_string(rows) + " true labels, seed " + std::to_string(seed);
    return add(std::move(node));
  }

  // A student of the method's loss, as its cell has it without the stages that follow.
  std::string first_student(const Learner& student, const std::string& labels, bool whole_half,
                            std::uint64_t seed, const MethodSpec& method) {
    Node node = fit("weak_to_strong", student, whole_half ? "transfer" : "labelled", seed, method);
    node.inputs["labels"] = labels;
    node.title = "first student " + student.spec.name + ", seed " + std::to_string(seed);
    return add(std::move(node));
  }

  // A student of a method, from the supervisor's own labels.
  std::string taught(const char* kind, const Learner& student, const std::string& raw_labels,
                     std::uint64_t seed, const MethodSpec& method, const std::string& what,
                     bool random_init = false) {
    const char* rows = method.stages.empty() ? "transfer" : "labelled";  // those that stages left
    Node node = fit(kind, student, rows, seed, method, random_init);
    node.inputs["labels"] = staged(raw_labels, method, student, seed);
    if (const StageSpec* gold = stage_of_gold_targets(method)) {
      node.inputs["gold"] = gold_rows(*gold, raw_labels, seed);
      node.params["method"]["gold"] = {{"use", gold->name}, {"params", gold->params}};
      for (const char* key : {"rows", "place"}) node.params["method"]["gold"]["params"].erase(key);
    }
    node.title = what + " " + student.spec.name + ", seed " + std::to_string(seed);
    return add_fit(node);
  }

  // As a control, of the test rows; as a supervisor, of all.
  Node zero_shot(const Learner& student, const char* kind) const {
    Node node;
    node.kind = kind;
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
    node.title = "zero-shot " + student.spec.values["model"].get<std::string>();
    return node;
  }

  // Whose labels the student learns: the supervisor's, passed on by every link in turn.
  std::string teacher_of(const std::vector<Link>& links, std::string teacher, std::uint64_t seed,
                         std::vector<ChainStudent>& chain) {
    for (std::size_t i = 0; i < links.size(); ++i) {
      const MethodSpec& method = links[i].method;
      const std::string labels = weak_labels(teacher, seed, false);
      teacher = taught("weak_to_strong", links[i].student, labels, seed, method, method.text());
      chain[i].series.push_back(teacher);
    }
    return teacher;
  }

  // The student that the supervisor teaches itself, and what the models of the chain know untaught.
  void add_chain_controls(Cell& cell, const std::vector<Link>& links, const Learner& student,
                          const MethodSpec& method, const std::vector<std::string>& labels) {
    Control direct{.teaches = true};
    for (std::size_t s = 0; s < labels.size(); ++s)
      direct.series.push_back(taught("weak_to_strong", student, labels[s], s, method, method.text()));
    cell.controls["without the chain"] = direct;
    for (const auto& link : links)
      if (spec_.controls.zero_shot && zero_shot_impossible(link.student).empty())
        cell.controls["zero-shot " + link.student.spec.name].series = {
            add(zero_shot(link.student, "control"))};
  }

  Cell plan_cell(const CellSpec& spec) {
    const Learner supervisor = resolve_learner(spec.supervisor, "supervisor", data_.classes, memo_);
    const Learner student = resolve_learner(spec.student, "student", data_.classes, memo_);
    const std::vector<Link> links = links_of(spec, data_.classes, memo_);
    check_order(supervisor, "supervisor", half());
    check_order(student, "student", half());
    for (const auto& link : links) check_order(link.student, link.role, half());
    Cell cell;
    cell.supervisor = spec.supervisor.name;
    cell.student = spec.student.name;
    cell.method = spec.method.text();
    cell.params = spec.method.all_params();
    cell.supervisor_kind = spec.supervisor.kind;
    cell.supervisor_tune = spec.supervisor.tune;
    cell.student_tune = spec.student.tune;
    name_cell(cell, links, student);

    std::vector<std::string> own, labels, shuffled;  // own: the supervisor's
    for (std::int64_t s = 0; s < spec_.seeds; ++s) {
      const std::uint64_t seed = static_cast<std::uint64_t>(s);
      SeedRun run;
      run.seed = seed;
      run.weak_floor = weak_floor(supervisor, seed);
      own.push_back(weak_labels(run.weak_floor, seed, false));
      const std::string teacher = teacher_of(links, run.weak_floor, seed, cell.chain);
      labels.push_back(weak_labels(teacher, seed, false));
      if (spec_.controls.shuffled) shuffled.push_back(weak_labels(teacher, seed, true));
      run.weak_to_strong = taught("weak_to_strong", student, labels.back(), seed, spec.method, cell.method);
      if (!links.empty()) cell.chain.back().series.push_back(run.weak_to_strong);
      if (spec_.claim.ceiling) run.strong_ceiling = ceiling(student, seed);
      cell.seeds.push_back(std::move(run));
    }
    add_controls(cell, supervisor, student, own, labels, shuffled);
    if (!links.empty()) add_chain_controls(cell, links, student, spec.method, own);
    add_gold_controls(cell, spec.method, student, labels);
    return cell;
  }

  // `own` are the supervisor's labels, `labels` those that the student learns: the same without a chain.
  void add_controls(Cell& cell, const Learner& supervisor, const Learner& student,
                    const std::vector<std::string>& own, const std::vector<std::string>& labels,
                    const std::vector<std::string>& shuffled) {
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
      return taught("control", supervisor, own[s], seed, naive(), "weak-twice");
    });
    if (on.weak_twice && !learns)
      cell.controls["weak-twice"].undefined =
          "a supervisor of kind " + supervisor.spec.kind +
          (supervisor.spec.kind == "elicit" ? " is not trained on labels" : " is not trained");
    add_zero_shot(cell, supervisor, student);
    add_vote(cell, supervisor);
    if (supervisor.spec.values.contains("ensemble"))
      for (std::size_t s = 0; s < own.size(); ++s)
        cell.controls["single supervisor"].series.push_back(weak_floor(single_member(supervisor), s));
  }

  // What the annotators say without any model of them: the combination must beat it, or it only costs.
  void add_vote(Cell& cell, const Learner& supervisor) {
    Learner vote = supervisor;
    if (vote.spec.values.value("combine", "vote") == "vote") return;
    vote.spec.values["combine"] = "vote";
    vote.spec.name = "vote of the same annotators";
    cell.controls["majority vote"].series = {weak_floor(vote, 0)};
  }

  // What the budget is worth without the method: the true labels alone, and among weak labels as they are.
  void add_gold_controls(Cell& cell, const MethodSpec& method, const Learner& student,
                         const std::vector<std::string>& labels) {
    const Json budget = gold_budget_of(method);
    if (budget.is_null()) return;
    cell.declared[kGoldPurpose] = budget["rows"];
    if (budget["place"] != "random") cell.declared[kGoldPlacePurpose] = data_.train;
    const auto control = [&](const char* name, const char* stage, bool teaches) {
      MethodSpec with_gold = naive();
      with_gold.stages = {{stage, budget}};
      Control made{.teaches = teaches};
      for (std::size_t s = 0; s < labels.size(); ++s)
        made.series.push_back(taught("control", student, labels[s], s, with_gold, name));
      cell.controls[name] = made;
    };
    control("gold rows alone", "gold:only", false);
    if (cell.method != "gold:replace | naive") control("naive with gold", "gold:replace", true);
  }

  // Where the supervisor's own zero-shot answers are those of the student, they are not asked for again.
  void add_zero_shot(Cell& cell, const Learner& supervisor, const Learner& student) {
    Control control;
    control.undefined =
        spec_.controls.zero_shot ? zero_shot_impossible(student) : "switched off in [controls]";
    if (control.undefined.empty()) {
      const std::string asked = zero_shot(student, "weak_floor").key();
      const bool shared = supervisor.spec.kind == "elicit" && reads_zero_shot(supervisor.spec.values) &&
                          zero_shot(supervisor, "weak_floor").key() == asked;
      control.series.push_back(shared ? asked : add(zero_shot(student, "control")));
    }
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

Plan make_plan(const Spec& spec, const PlannedData& data, DigestMemo& memo) {
  return in_place(spec.source, [&] {
    Plan plan = Planner(spec, data, memo).make();
    primary_cell(plan.cells, spec.claim.primary);  // refuses a name that is no cell's
    return plan;
  });
}

}  // namespace qinglan
