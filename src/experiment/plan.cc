#include "experiment/plan.h"

#include <set>

#include "base/error.h"
#include "data/gold_rows.h"
#include "experiment/chain.h"
#include "experiment/claim.h"
#include "experiment/elicit.h"
#include "experiment/gold_stages.h"
#include "experiment/learner.h"
#include "experiment/locked.h"
#include "experiment/model_nodes.h"
#include "experiment/plan_draft.h"
#include "experiment/row_checks.h"
#include "experiment/student_nodes.h"
#include "experiment/supervisor_nodes.h"
#include "record/locked.h"

namespace qinglan {
namespace {

class Planner {
 public:
  Planner(const Spec& spec, const PlannedData& data, DigestMemo& memo) : draft_(spec, data, memo) {}

  Plan make() {
    std::set<std::string> ids;
    for (const auto& cell : draft_.spec.cells) {
      draft_.plan.cells.push_back(plan_cell(cell));
      Cell& made = draft_.plan.cells.back();
      const std::string base = made.id;
      for (int n = 2; !ids.insert(made.id).second; ++n) made.id = base + "#" + std::to_string(n);
    }
    return std::move(draft_.plan);
  }

 private:
  // Whose labels the student learns: the supervisor's, passed on by every link in turn.
  std::string teacher_of(const std::vector<Link>& links, std::string teacher, std::uint64_t seed,
                         std::vector<ChainStudent>& chain) {
    for (std::size_t i = 0; i < links.size(); ++i) {
      const MethodSpec& method = links[i].method;
      const std::string labels = weak_labels(draft_, teacher, seed, false);
      teacher = taught(draft_, "weak_to_strong", links[i].student, labels, seed, method, method.text());
      chain[i].series.push_back(teacher);
    }
    return teacher;
  }

  Start start_of(const Cell& cell, std::size_t seed) const {
    const auto locked = cell.controls.find(kLockedControl);
    return {.weights = locked == cell.controls.end() ? "" : locked->second.series.at(seed)};
  }

  // What a locked student starts from: it has seen true labels, and has been taught no weak one.
  Start lock(Cell& cell, const Learner& supervisor, const Learner& student, const MethodSpec& method,
             std::uint64_t seed) {
    const std::string start = locked_start(draft_, supervisor, student, method, seed);
    if (!start.empty()) {
      cell.controls[kLockedControl].series.push_back(start);
      cell.declared[kLockingPurpose] = locking_budget(draft_);
    }
    return {.weights = start};
  }

  // The student that the supervisor teaches itself, and what the models of the chain know untaught.
  void add_chain_controls(Cell& cell, const std::vector<Link>& links, const Learner& student,
                          const MethodSpec& method, const std::vector<std::string>& labels) {
    Control direct{.teaches = true};
    for (std::size_t s = 0; s < labels.size(); ++s)
      direct.series.push_back(
          taught(draft_, "weak_to_strong", student, labels[s], s, method, method.text(), start_of(cell, s)));
    cell.controls["without the chain"] = direct;
    for (const auto& link : links)
      if (draft_.spec.controls.zero_shot && zero_shot_impossible(link.student).empty())
        cell.controls["zero-shot " + link.student.spec.name].series = {
            draft_.add(zero_shot(draft_, link.student, "control"))};
  }

  Cell plan_cell(const CellSpec& spec) {
    const Learner supervisor =
        resolve_learner(spec.supervisor, "supervisor", draft_.data.classes, draft_.memo);
    const Learner student = resolve_learner(spec.student, "student", draft_.data.classes, draft_.memo);
    const std::vector<Link> links = links_of(spec, draft_.data.classes, draft_.memo);
    check_order(supervisor, "supervisor", draft_.half());
    check_order(student, "student", draft_.half());
    for (const auto& link : links) check_order(link.student, link.role, draft_.half());
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
    for (std::int64_t s = 0; s < draft_.spec.seeds; ++s) {
      const std::uint64_t seed = static_cast<std::uint64_t>(s);
      SeedRun run;
      run.seed = seed;
      run.weak_floor = weak_floor(draft_, supervisor, seed);
      own.push_back(weak_labels(draft_, run.weak_floor, seed, false));
      const std::string teacher = teacher_of(links, run.weak_floor, seed, cell.chain);
      labels.push_back(weak_labels(draft_, teacher, seed, false));
      if (draft_.spec.controls.shuffled) shuffled.push_back(weak_labels(draft_, teacher, seed, true));
      run.weak_to_strong = taught(draft_, "weak_to_strong", student, labels.back(), seed, spec.method,
                                  cell.method, lock(cell, supervisor, student, spec.method, seed));
      if (!links.empty()) cell.chain.back().series.push_back(run.weak_to_strong);
      if (draft_.spec.claim.ceiling) run.strong_ceiling = ceiling(draft_, student, seed);
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
    const auto& on = draft_.spec.controls;
    per_seed("shuffled", true, on.shuffled, [&](std::size_t s, std::uint64_t seed) {
      return taught(draft_, "control", student, shuffled[s], seed, naive_spec(), "shuffled labels,");
    });
    const Learner ngrams = ngram_learner(student.spec, false), length = ngram_learner(student.spec, true);
    per_seed("n-gram student", false, on.ngram, [&](std::size_t s, std::uint64_t seed) {
      return taught(draft_, "control", ngrams, labels[s], seed, naive_spec(), "student");
    });
    per_seed("length-only", false, on.length, [&](std::size_t s, std::uint64_t seed) {
      return taught(draft_, "control", length, labels[s], seed, naive_spec(), "student");
    });
    per_seed("random-init", true, on.random_init, [&](std::size_t s, std::uint64_t seed) {
      return taught(draft_, "control", student, labels[s], seed, naive_spec(), "not pretrained",
                    {.random = true});
    });
    const bool learns = supervisor.spec.kind == "model" || supervisor.spec.kind == "ngrams";
    per_seed("weak-twice", true, on.weak_twice && learns, [&](std::size_t s, std::uint64_t seed) {
      return taught(draft_, "control", supervisor, own[s], seed, naive_spec(), "weak-twice");
    });
    if (on.weak_twice && !learns)
      cell.controls["weak-twice"].undefined =
          "a supervisor of kind " + supervisor.spec.kind +
          (supervisor.spec.kind == "elicit" ? " is not trained on labels" : " is not trained");
    add_zero_shot(cell, supervisor, student);
    add_vote(cell, supervisor);
    if (supervisor.spec.values.contains("ensemble"))
      for (std::size_t s = 0; s < own.size(); ++s)
        cell.controls["single supervisor"].series.push_back(weak_floor(draft_, single_member(supervisor), s));
  }

  // What the annotators say without any model of them: the combination must beat it, or it only costs.
  void add_vote(Cell& cell, const Learner& supervisor) {
    Learner vote = supervisor;
    if (vote.spec.values.value("combine", "vote") == "vote") return;
    vote.spec.values["combine"] = "vote";
    vote.spec.name = "vote of the same annotators";
    cell.controls["majority vote"].series = {weak_floor(draft_, vote, 0)};
  }

  // What the budget is worth without the method: the true labels alone, and among weak labels as they are.
  void add_gold_controls(Cell& cell, const MethodSpec& method, const Learner& student,
                         const std::vector<std::string>& labels) {
    const Json budget = gold_budget_of(method);
    if (budget.is_null()) return;
    cell.declared[kGoldPurpose] = budget["rows"];
    if (budget["place"] != "random") cell.declared[kGoldPlacePurpose] = draft_.data.train;
    const auto control = [&](const char* name, const char* stage, bool teaches) {
      MethodSpec with_gold = naive_spec();
      with_gold.stages = {{stage, budget}};
      Control made{.teaches = teaches};
      for (std::size_t s = 0; s < labels.size(); ++s)
        made.series.push_back(taught(draft_, "control", student, labels[s], s, with_gold, name));
      cell.controls[name] = made;
    };
    control("gold rows alone", "gold:only", false);
    if (cell.method != "gold:replace | naive") control("naive with gold", "gold:replace", true);
  }

  // Where the supervisor's own zero-shot answers are those of the student, they are not asked for again.
  void add_zero_shot(Cell& cell, const Learner& supervisor, const Learner& student) {
    Control control;
    control.undefined =
        draft_.spec.controls.zero_shot ? zero_shot_impossible(student) : "switched off in [controls]";
    if (control.undefined.empty()) {
      const std::string asked = zero_shot(draft_, student, "weak_floor").key();
      const bool shared = supervisor.spec.kind == "elicit" && reads_zero_shot(supervisor.spec.values) &&
                          zero_shot(draft_, supervisor, "weak_floor").key() == asked;
      control.series.push_back(shared ? asked : draft_.add(zero_shot(draft_, student, "control")));
    }
    cell.controls["zero-shot"] = control;
  }

  PlanDraft draft_;
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
