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
  return {
      {"agreement", to_json(items.agreement)}, {"agreement_weak_right", to_json(items.agreement_weak_right)},
      {"imitation", to_json(items.imitation)}, {"recovery", to_json(items.recovery)},
      {"damage", to_json(items.damage)},       {"excess_imitation", to_json(items.excess_imitation)}};
}

Json comparison_json(const Comparison& comparison) {
  Json json = to_json(comparison.difference);
  if (comparison.difference.defined())
    json.update({{"p", comparison.p}, {"p_holm", comparison.p_holm}, {"family", comparison.family}});
  return json;
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
  json["items"] = items_json(judged.items);
  json["against_naive"] = comparison_json(judged.against_naive);
  json["supervisor_shift"] = to_json(judged.supervisor_shift);
  json["supervisor_shifted"] = judged.supervisor_shifted;
  json["verdict"] = name_of(judged.verdict);
  json["reason"] = judged.reason;
  json["headline"] = judged.headline;
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
                {"cells", std::move(cells)},
                {"notes", judgement.notes},
                {"warnings", record.warnings}};
  if (record.spec.contains("compat")) document["compat"] = record.spec.at("compat");
  if (with_ledger) {
    const Ledger& ledger = record.ledger;
    document["ledger"] = {
        {"flops", ledger.flops},       {"seconds", ledger.seconds}, {"peak_memory", ledger.peak_memory},
        {"computed", ledger.computed}, {"reused", ledger.reused},   {"failed", ledger.failed}};
  }
  return document;
}

}  // namespace qinglan
