#pragma once
// Records with judgements for the tests of this room: numbers like those of a real run, every verdict among
// them.

#include <cmath>
#include <string>
#include <utility>

#include "audit/cell_picture.h"
#include "audit/judgement.h"
#include "base/hash.h"
#include "base/random.h"
#include "record/record.h"

namespace qinglan::sample {

struct Run {
  Record record;
  Judgement judgement;
};

inline Estimate about(double value, double half, std::int64_t seeds = 3, std::int64_t items = 1000) {
  return {.value = value, .low = value - half, .high = value + half, .seeds = seeds, .items = items};
}

inline Series series(const std::string& kind, const std::string& role, double from, double to,
                     double accuracy) {
  Series one{.node = sha256_hex(kind + role), .kind = kind, .status = "done"};
  one.certificate = {{"inputs", {{"inputs", sha256_hex("texts")}, {"labels", sha256_hex(role)}}},
                     {"ground_truth", Json::array()},
                     {"enforced", true}};
  if (kind == "strong_ceiling") one.certificate["ground_truth"] = {{{"rows", 2000}, {"purpose", "training"}}};
  if (kind == "weak_floor") return one;
  Random random(1, role);
  for (int step = 1; step <= 120; step += 7) {
    CurvePoint point{.step = step, .epoch = step / 60.0};
    point.train_loss = to + (from - to) * std::exp(-step / 30.0) + 0.008 * random.normal();
    if (step % 4 == 1) point.test_accuracy = accuracy - 0.12 * std::exp(-step / 25.0);
    if (step % 4 == 1) point.agreement = 0.9 - 0.2 * std::exp(-step / 25.0);
    one.curve.push_back(point);
  }
  one.final_train_loss = one.curve.back().train_loss;
  one.label_entropy = 0.689;
  return one;
}

inline void add_audits(CellJudgement& judged) {
  judged.seed_noise = about(0.0121, 0.006);
  judged.detectable_gain = about(0.0431, 0.011);
  judged.gain_tests = {.mcnemar = {{0, 120, 71, 0.0005}, {1, 101, 80, 0.14}, {2, 130, 77, 0.0003}},
                       .p_permutation = 0.0004,
                       .sequential = about(0.0552, 0.049),
                       .decided_at = 873};
  judged.calibration = {{about(0.73, 0.03), about(0.47, 0.02), about(0.173, 0.02), about(0.171, 0.024)},
                        {about(0.66, 0.03), about(0.43, 0.02), about(0.121, 0.02), about(0.118, 0.025)},
                        {about(0.38, 0.03), about(0.22, 0.02), about(0.031, 0.01), about(0.012, 0.015)},
                        about(2.13, 0.31),
                        {about(0.60, 0.02), about(0.41, 0.02), about(0.034, 0.011), about(0.004, 0.024)}};
  judged.use = {.aurc = about(0.214, 0.021),
                .accuracy_at = {{"50%", about(0.788, 0.03)}, {"80%", about(0.728, 0.028)}},
                .gold = 200,
                .risk = 0.25,
                .doubt = 0.05,
                .answered = about(0.587, 0.061, 3, 800),
                .wrong = about(0.226, 0.031, 3, 800)};
  judged.forecast.squared = {about(0.081, 0.01), about(0.047, 0.03), about(-0.034, 0.028), false};
  judged.forecast.bregman = {about(0.102, 0.02), about(0.071, 0.05), about(-0.031, 0.048), true};
  judged.forecast.weak_seed_agreement = about(0.981, 0.01);
  judged.forecast.student_seed_agreement = about(0.874, 0.02);
  judged.forecast.preconditions = {"a convex class of students: fails"};
  judged.slices = {{.by = "true class",
                    .value = "negative",
                    .items = 504,
                    .gain = about(0.091, 0.041),
                    .pgr = about(0.31, 0.14),
                    .p = 0.002,
                    .p_holm = 0.004,
                    .p_bh = 0.004,
                    .imitation = about(0.51, 0.06),
                    .excess_imitation = about(0.19, 0.07)},
                   {.by = "true class",
                    .value = "positive",
                    .items = 496,
                    .gain = about(0.018, 0.05),
                    .pgr = Estimate::no("the gap is too small to divide by"),
                    .p = 0.41,
                    .p_holm = 0.41,
                    .p_bh = 0.41,
                    .imitation = about(0.61, 0.06),
                    .excess_imitation = Estimate::no("no ceiling")}};
}

inline void add_cell(Run& run, const std::string& supervisor, const std::string& student,
                     const std::string& method) {
  Record& record = run.record;
  Cell cell{.id = supervisor + "/" + student + "/" + method,
            .supervisor = supervisor,
            .student = student,
            .method = method};
  cell.supervisor_kind = "lexicon";
  cell.student_tune = "probe";
  cell.params = method == "logconf" ? Json{{"alpha", 0.5}, {"warm_up", 0.2}} : Json{{"hard", false}};
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    SeedRun one{.seed = seed};
    const auto add = [&](const std::string& kind, const std::string& role, double from, double to,
                         double accuracy) {
      const Series made = series(kind, role + std::to_string(seed), from, to, accuracy);
      record.series[made.node] = made;
      return made.node;
    };
    one.weak_floor = add("weak_floor", supervisor, 0, 0, 0);
    one.weak_to_strong = add("weak_to_strong", cell.id, 0.70, method == "naive" ? 0.612 : 0.58, 0.69);
    one.strong_ceiling = add("strong_ceiling", student, 0.70, 0.31, 0.85);
    cell.seeds.push_back(one);
  }
  cell.controls["majority class"] = {.series = {cell.seeds[0].weak_floor}};
  cell.controls["weak-twice"] = {.series = {cell.seeds[0].weak_floor}, .teaches = true};
  cell.controls["zero-shot"] = {.undefined = "the spec names no label words"};
  record.cells.push_back(cell);

  CellJudgement judged{.id = cell.id, .metric = "accuracy"};
  judged.fives["accuracy"] = {about(0.6352, 0.024), about(0.6904, 0.027), about(0.8497, 0.019),
                              about(0.0552, 0.031), about(0.2573, 0.142)};
  judged.fives["auroc"] = {about(0.671, 0.024), about(0.764, 0.021), about(0.921, 0.012), about(0.093, 0.022),
                           about(0.372, 0.081)};
  judged.fives["balanced_accuracy"] = {about(0.637, 0.024), about(0.688, 0.027), about(0.850, 0.019),
                                       about(0.051, 0.031), about(0.239, 0.143)};
  judged.fives["matched_accuracy"] = {about(0.6401, 0.024), about(0.7012, 0.025), about(0.8487, 0.019),
                                      about(0.0611, 0.029), about(0.2929, 0.132)};
  judged.gap = about(0.2145, 0.022);
  judged.controls = {{"majority class", about(0.504, 0.031, 1)},
                     {"n-gram student", about(0.583, 0.026)},
                     {"shuffled", about(0.497, 0.034)},
                     {"weak-twice", about(0.629, 0.027)},
                     {"zero-shot", Estimate::no("the spec names no label words")}};
  judged.items = {about(0.741, 0.025), about(0.829, 0.024), about(0.562, 0.041), about(0.438, 0.041),
                  about(0.171, 0.024), about(0.214, 0.052), about(0.082, 0.019), about(0.633, 0.044)};
  judged.curve = {about(0.041, 0.012), about(-0.006, 0.009), about(0.011, 0.005)};
  add_audits(judged);
  judged.supervisor_shift = about(-0.0031, 0.028);
  judged.verdict = Verdict::partial;
  judged.reason =
      "The gain is 5.5 points with interval [2.4, 8.6], above 0; the lower end of the recovered share is "
      "11.5%, below 80%.";
  judged.headline =
      "At least 11.5% of the gap was recovered: the student beats the lexicon that taught it, by 2.4 to 8.6 "
      "points.";
  judged.card = {
      {"3 seeds x 1,000 test rows; each interval is of 95% and over both",
       "of 3 seeds the student has surely more right answers in 2, surely fewer in 0 (McNemar, p < .05)"},
      {"no gain once seeds and test rows are drawn anew: its lower end is +2.4 points"},
      {"controls that were not run: random-init",
       "whether the student saw these test texts before, in its pretraining"}};
  run.judgement.cells.push_back(judged);
}

inline Run skeleton() {
  Run run;
  Record& record = run.record;
  record.name = "quickstart";
  record.run = sha256_hex("run");
  record.engine_version = "0.1.0";
  record.profile = {
      {"engine_numerics", 1}, {"torch", "2.15.0"}, {"isa", "AVX512"}, {"threads", 2}, {"micro_batch", 32}};
  record.claim.digest = sha256_hex("claim");
  record.data = {.name = "vader-movies",
                 .key = sha256_hex("data"),
                 .classes = {"negative", "positive"},
                 .train = 4000,
                 .test = 1000};
  record.data.dropped = {{"within the dead band", 611}, {"same text as a test row", 3}};
  record.data.train_share = {0.504, 0.496};
  record.data.test_share = {0.504, 0.496};
  record.data.truncated = 12;
  record.data.corpus = "film review snippets";
  record.spec = {
      {"name", "quickstart"},
      {"seeds", 3},
      {"data", {{"name", "vader-movies"}, {"text", "{text}\nSentiment:"}, {"train", 4000}, {"test", 1000}}},
      {"supervisor", {{"kind", "lexicon"}, {"scale", 2.0}}},
      {"student", {{"model", "smollm2-135m"}, {"tune", "probe"}, {"depth", 22}}}};
  record.ledger = {.seconds = 221.4,
                   .flops = 3.42e14,
                   .peak_memory = 1288490188,
                   .computed = 31,
                   .reused = 2,
                   .claims = 4};
  record.ledger.nodes = {{.key = sha256_hex("a"),
                          .kind = "features",
                          .state = "computed",
                          .seconds = 171,
                          .flops = 3.3e14,
                          .peak_memory = 1288490188},
                         {.key = sha256_hex("b"),
                          .kind = "weak_to_strong",
                          .state = "computed",
                          .seconds = 3.1,
                          .flops = 2e9,
                          .peak_memory = 410000000},
                         {.key = sha256_hex("c"), .kind = "weak_floor", .state = "reused"}};
  return run;
}

// Two cells, as the quick start has them: one partial, one that cannot tell.
inline Run small() {
  Run run = skeleton();
  add_cell(run, "vader-lexicon", "smollm2-135m", "naive");
  add_cell(run, "vader-lexicon", "smollm2-135m", "logconf");
  CellJudgement& second = run.judgement.cells[1];
  second.fives["accuracy"].weak_to_strong = about(0.668, 0.041);
  second.fives["accuracy"].gain = about(0.0328, 0.045);
  second.fives["accuracy"].pgr = about(0.153, 0.212);
  second.verdict = Verdict::underpowered;
  second.headline = "Cannot tell yet: the gain over the lexicon is between −1.2 and +7.8 points.";
  second.reason =
      "The interval of the gain [-1.2, 7.8] holds 0 and is wider than the least difference that counts, 2.1 "
      "points; about 9 seeds or 1,600 test rows would decide";
  second.notes = {"explained by threshold: with the same prior, this method does not beat naive"};
  second.against_naive = {about(-0.0224, 0.031), 0.0312, 0.0624, 2};
  second.seeds_needed = 9;
  second.items_needed = 1600;
  run.judgement.notes = {"These are probe results; do not set them beside fine-tuned ones."};
  run.record.warnings = {"12 rows were cut to 512 tokens"};
  return run;
}

// The two cells, the first of which has a chain.
inline Run chained() {
  Run run = small();
  Cell& cell = run.record.cells[0];
  cell.chain = {{"minilm-l6", "probe", "naive", 22565376, {}},
                {"smollm2-135m", "probe", "naive", 134515008, {}}};
  for (ChainStudent& student : cell.chain)
    for (const SeedRun& seed : cell.seeds) student.series.push_back(seed.weak_to_strong);
  run.judgement.cells[0].chain = {
      {"minilm-l6", "probe", {{"accuracy", about(0.661, 0.029)}}, about(0.0258, 0.03)},
      {"smollm2-135m", "probe", {{"accuracy", about(0.6904, 0.027)}}, about(0.0294, 0.03)}};
  return run;
}

// What is drawn of every cell of a run beside its judgement; three test rows are named in the record.
inline std::vector<CellPicture> pictures(Run& run) {
  run.record.items = {"row-a", "row-b", "row-c"};
  run.record.truth = {0, 1, 1};
  CellPicture one;
  for (int b = 0; b < 6; ++b) {
    const double stated = 0.52 + 0.08 * b;
    one.weak_floor.push_back({stated, about(0.5 + 0.04 * b, 0.05), 500});
    one.weak_to_strong.push_back({stated, about(0.51 + 0.06 * b, 0.04), 500});
    one.strong_ceiling.push_back({stated, about(0.55 + 0.08 * b, 0.03), 500});
  }
  one.agreements = {{"ground truth", "weak_floor", about(0.635, 0.024)},
                    {"ground truth", "weak_to_strong", about(0.69, 0.027)},
                    {"ground truth", "strong_ceiling", about(0.85, 0.019)},
                    {"weak_floor", "weak_to_strong", about(0.741, 0.025)},
                    {"weak_floor", "strong_ceiling", about(0.66, 0.025)},
                    {"weak_to_strong", "strong_ceiling", about(0.75, 0.025)}};
  one.answers = {
      {1, 1, 1203, 855, 855}, {0, 0, 1020, 700, 700}, {1, 0, 452, 170, 282}, {0, 1, 325, 130, 195}};
  one.disagreements.student_right = {{0, 1, 0, 3, 0.912}};
  one.disagreements.supervisor_right = {{1, 1, 0, 2, 0.713}};
  return std::vector<CellPicture>(run.record.cells.size(), one);
}

// `count` cells with every verdict, undefined estimates and failures among them.
inline Run large(int count) {
  Run run = skeleton();
  run.record.name = "grid";
  for (int i = 0; i < count; ++i) {
    add_cell(run, "weak-" + std::to_string(i / 20), "student-" + std::to_string(i / 4 % 5),
             "method-" + std::to_string(i % 4));
    CellJudgement& judged = run.judgement.cells.back();
    judged.verdict = static_cast<Verdict>(i % 9);
    auto& five = judged.fives["accuracy"];
    five.pgr = about(0.1 + 0.1 * (i % 9), 0.05 + 0.02 * (i % 7));
    if (i % 9 == 4) five.pgr = five.strong_ceiling = Estimate::no("no ceiling");
    if (i % 9 == 5) five.pgr = Estimate::no("the ceiling is not a ceiling");
    if (judged.verdict == Verdict::failed) {
      run.record.cells.back().status = "failed";
      run.record.cells.back().error = "diverged at step 31";
      judged.fives.clear();
      judged.items = {};
    }
    if (i % 2) run.record.cells.back().student_tune = "lora";
  }
  return run;
}

}  // namespace qinglan::sample
