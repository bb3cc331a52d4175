#include "audit/judgement.h"
#include "base/error.h"

namespace qinglan {
namespace {

Json five_json(const Five& five) {
  return {{"weak_floor", to_json(five.weak_floor)},
          {"weak_to_strong", to_json(five.weak_to_strong)},
          {"strong_ceiling", to_json(five.strong_ceiling)},
          {"gain", to_json(five.gain)},
          {"pgr", to_json(five.pgr)}};
}

Json items_json(const ItemAudit& items) {
  return {{"agreement", to_json(items.agreement)},
          {"agreement_weak_right", to_json(items.agreement_weak_right)},
          {"imitation", to_json(items.imitation)},
          {"recovery", to_json(items.recovery)},
          {"damage", to_json(items.damage)},
          {"excess_imitation", to_json(items.excess_imitation)},
          {"confident_disagreement", to_json(items.confident_disagreement)},
          {"confident_agreement_wrong", to_json(items.confident_agreement_wrong)}};
}

Json curve_json(const CurveAudit& curve) {
  return {{"agreement_change", to_json(curve.agreement_change)},
          {"accuracy_change", to_json(curve.accuracy_change)},
          {"best_less_last", to_json(curve.best_less_last)}};
}

Json certainty_json(const Certainty& certainty) {
  return {{"nll", to_json(certainty.nll)},
          {"brier", to_json(certainty.brier)},
          {"calibration_error", to_json(certainty.calibration_error)},
          {"over_confidence", to_json(certainty.over_confidence)}};
}

Json calibration_json(const CalibrationAudit& audit) {
  return {{"weak_floor", certainty_json(audit.weak_floor)},
          {"weak_to_strong", certainty_json(audit.weak_to_strong)},
          {"strong_ceiling", certainty_json(audit.strong_ceiling)},
          {"temperature", to_json(audit.temperature)},
          {"scaled", certainty_json(audit.scaled)}};
}

Json use_json(const SelectiveUse& use) {
  Json json = {{"aurc", to_json(use.aurc)},
               {"gold", use.gold},
               {"risk", use.risk},
               {"doubt", use.doubt},
               {"answered", to_json(use.answered)},
               {"wrong", to_json(use.wrong)},
               {"accuracy_at", Json::object()}};
  for (const auto& [coverage, accuracy] : use.accuracy_at) json["accuracy_at"][coverage] = to_json(accuracy);
  return json;
}

Json foretold_json(const Foretold& foretold) {
  return {{"misfit", to_json(foretold.misfit)},
          {"gain", to_json(foretold.gain)},
          {"surplus", to_json(foretold.surplus)},
          {"held", foretold.held}};
}

Json forecast_json(const ForecastAudit& audit) {
  Json json = {{"squared", foretold_json(audit.squared)},
               {"bregman", foretold_json(audit.bregman)},
               {"weak_seed_agreement", to_json(audit.weak_seed_agreement)},
               {"student_seed_agreement", to_json(audit.student_seed_agreement)},
               {"weak_variance", to_json(audit.weak_variance)},
               {"student_variance", to_json(audit.student_variance)},
               {"sealed", audit.unsealed.empty()},
               {"preconditions", audit.preconditions}};
  if (!audit.unsealed.empty()) json["unsealed"] = audit.unsealed;
  return json;
}

Json slices_json(const CellJudgement& judged) {
  if (judged.slices.empty()) return {{"undefined", judged.no_slices}};
  Json list = Json::array();
  for (const SliceReading& one : judged.slices) {
    Json gain = to_json(one.gain);
    if (one.gain.defined()) gain.update({{"p", one.p}, {"p_holm", one.p_holm}, {"p_bh", one.p_bh}});
    list.push_back({{"by", one.by},
                    {"value", one.value},
                    {"items", one.items},
                    {"gain", gain},
                    {"pgr", to_json(one.pgr)},
                    {"imitation", to_json(one.imitation)},
                    {"excess_imitation", to_json(one.excess_imitation)}});
  }
  return list;
}

Json tests_json(const PairedTests& tests) {
  if (!tests.undefined.empty()) return {{"undefined", tests.undefined}};
  Json json = {{"p_permutation", tests.p_permutation},
               {"sequential", to_json(tests.sequential)},
               {"decided_at", tests.decided_at},
               {"mcnemar", Json::array()}};
  for (const SeedTest& one : tests.mcnemar)
    json["mcnemar"].push_back(
        {{"seed", one.seed}, {"first", one.first}, {"second", one.second}, {"p", one.p}});
  return json;
}

Json comparison_json(const Comparison& comparison) {
  Json json = to_json(comparison.difference);
  if (comparison.difference.defined())
    json.update({{"p", comparison.p},
                 {"p_holm", comparison.p_holm},
                 {"p_bh", comparison.p_bh},
                 {"family", comparison.family},
                 {"primary", comparison.primary},
                 {"tests", tests_json(comparison.tests)}});
  return json;
}

Json chain_json(const Cell& cell, const std::vector<ChainStep>& steps) {
  Json chain = Json::array();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    chain.push_back({{"name", steps[i].name},
                     {"tune", steps[i].tune},
                     {"method", cell.chain[i].method},
                     {"parameters", cell.chain[i].parameters},
                     {"over_teacher", to_json(steps[i].over_teacher)}});
    for (const auto& [metric, score] : steps[i].scores) chain.back()[metric] = to_json(score);
  }
  return chain;
}

Json claim_json(const Claim& claim) {
  return {{"metric", claim.metric}, {"delta", claim.delta},     {"gamma", claim.gamma},  {"gold", claim.gold},
          {"risk", claim.risk},     {"primary", claim.primary}, {"digest", claim.digest}};
}

Json card_json(const VerdictCard& card) {
  return {{"how_sure", card.sure}, {"would_overturn", card.overturn}, {"not_tested", card.untested}};
}

Json cell_json(const Record& record, const Cell& cell, const CellJudgement& judged) {
  const DataFacts& data = record.data;
  Json json = five_json(judged.fives.at(judged.metric));
  for (const auto& [metric, five] : judged.fives) json[metric] = five_json(five);
  json["id"] = cell.id;
  json["status"] = judged.verdict == Verdict::failed ? "failed" : "done";
  if (judged.verdict == Verdict::failed) json["error"] = judged.reason;
  json["supervisor"] = cell.supervisor;
  json["student"] = cell.student;
  json["method"] = cell.method;
  json["params"] = cell.params;
  json["data"] = {{"name", data.name}, {"train", data.train}, {"test", data.test}, {"dropped", data.dropped}};
  json["seeds"] = cell.seeds.size();
  json["metric"] = judged.metric;
  json["gap"] = to_json(judged.gap);
  json["controls"] = Json::object();
  for (const auto& [name, estimate] : judged.controls) json["controls"][name] = to_json(estimate);
  if (!judged.chain.empty()) json["chain"] = chain_json(cell, judged.chain);
  json["items"] = items_json(judged.items);
  json["seed_noise"] = to_json(judged.seed_noise);
  json["detectable_gain"] = to_json(judged.detectable_gain);
  json["gain_tests"] = tests_json(judged.gain_tests);
  json["curve"] = curve_json(judged.curve);
  json["calibration"] = calibration_json(judged.calibration);
  json["selective"] = use_json(judged.use);
  json["forecast"] = forecast_json(judged.forecast);
  json["slices"] = slices_json(judged);
  json["against_naive"] = comparison_json(judged.against_naive);
  json["supervisor_shift"] = to_json(judged.supervisor_shift);
  json["supervisor_shifted"] = judged.supervisor_shifted;
  json["verdict"] = name_of(judged.verdict);
  json["reason"] = judged.reason;
  json["headline"] = judged.headline;
  json["card"] = card_json(judged.card);
  json["notes"] = judged.notes;
  json["seeds_needed"] = judged.seeds_needed;
  json["items_needed"] = judged.items_needed;
  return json;
}

}  // namespace

Json run_document(const Record& record, const Judgement& judgement, bool with_ledger) {
  QL_CHECK(record.cells.size() == judgement.cells.size(), "a judgement of another record");
  Json cells = Json::array();
  for (std::size_t i = 0; i < record.cells.size(); ++i)
    cells.push_back(cell_json(record, record.cells[i], judgement.cells[i]));
  Json document{{"schema", 1},
                {"name", record.name},
                {"run", record.run},
                {"claim", claim_json(record.claim)},
                {"cells", std::move(cells)},
                {"notes", judgement.notes},
                {"warnings", record.warnings}};
  if (record.spec.contains("compat")) document["compat"] = record.spec.at("compat");
  if (with_ledger) {
    const Ledger& ledger = record.ledger;
    document["ledger"] = {
        {"flops", ledger.flops},       {"seconds", ledger.seconds}, {"peak_memory", ledger.peak_memory},
        {"computed", ledger.computed}, {"reused", ledger.reused},   {"failed", ledger.failed}};
    if (ledger.claims > 0) document["ledger"]["claims"] = ledger.claims;
  }
  return document;
}

}  // namespace qinglan
