#include <bit>
#include <cmath>

#include "base/base64.h"
#include "base/error.h"
#include "record/record.h"

namespace qinglan {
namespace {

std::string float_bytes(const std::vector<float>& values) {
  std::string bytes;
  bytes.reserve(values.size() * 4);
  for (const float value : values) {
    QL_CHECK(std::isfinite(value), "a NaN or Inf must not reach a record");
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 255);
  }
  return base64_encode(bytes);
}

Json to_json(const CurvePoint& point) {
  Json json = {{"step", point.step}, {"epoch", point.epoch}, {"train_loss", point.train_loss}};
  if (point.test_accuracy) json["test_accuracy"] = *point.test_accuracy;
  if (point.agreement) json["agreement"] = *point.agreement;
  return json;
}

Json to_json(const LabelStage& stage) {
  Json json = {{"name", stage.name},
               {"given", stage.given},
               {"kept", stage.kept},
               {"changed", stage.changed},
               {"given_right", stage.given_right},
               {"kept_right", stage.kept_right}};
  if (!stage.counts.empty()) json["counts"] = stage.counts;
  return json;
}

Json to_json(const Series& series) {
  Json json = {{"node", series.node},
               {"kind", series.kind},
               {"status", series.status},
               {"why", series.why},
               {"logits", float_bytes(series.logits)},
               {"matched_bias", float_bytes(series.matched_bias)},
               {"abstained", base64_encode({reinterpret_cast<const char*>(series.abstained.data()),
                                            series.abstained.size()})},
               {"curve", Json::array()},
               {"transfer_correct", series.transfer_correct},
               {"transfer_items", series.transfer_items},
               {"certificate", series.certificate}};
  for (const CurvePoint& point : series.curve) json["curve"].push_back(to_json(point));
  for (const LabelStage& stage : series.label_stages) json["label_stages"].push_back(to_json(stage));
  if (!series.remark.empty()) json["remark"] = series.remark;
  if (series.final_train_loss) json["final_train_loss"] = *series.final_train_loss;
  if (series.label_entropy) json["label_entropy"] = *series.label_entropy;
  return json;
}

Json to_json(const Cell& cell) {
  Json json = {{"id", cell.id},
               {"supervisor", cell.supervisor},
               {"student", cell.student},
               {"method", cell.method},
               {"supervisor_kind", cell.supervisor_kind},
               {"supervisor_tune", cell.supervisor_tune},
               {"student_tune", cell.student_tune},
               {"params", cell.params},
               {"status", cell.status},
               {"error", cell.error},
               {"seeds", Json::array()},
               {"controls", Json::object()}};
  for (const SeedRun& run : cell.seeds)
    json["seeds"].push_back({{"seed", run.seed},
                             {"weak_floor", run.weak_floor},
                             {"weak_to_strong", run.weak_to_strong},
                             {"strong_ceiling", run.strong_ceiling}});
  if (!cell.declared.empty()) json["declared"] = cell.declared;
  for (const ChainStudent& one : cell.chain)
    json["chain"].push_back({{"name", one.name},
                             {"tune", one.tune},
                             {"method", one.method},
                             {"parameters", one.parameters},
                             {"series", one.series}});
  for (const auto& [name, control] : cell.controls)
    json["controls"][name] = {
        {"series", control.series}, {"undefined", control.undefined}, {"teaches", control.teaches}};
  return json;
}

// What older records do not have is written only where it says more than its default.
Json to_json(const Claim& claim) {
  const Claim usual;
  Json json = {
      {"metric", claim.metric}, {"delta", claim.delta}, {"gamma", claim.gamma}, {"digest", claim.digest}};
  if (claim.gold != usual.gold) json["gold"] = claim.gold;
  if (claim.risk != usual.risk) json["risk"] = claim.risk;
  if (!claim.primary.empty()) json["primary"] = claim.primary;
  return json;
}

Json to_json(const DataFacts& data) {
  Json json = {{"name", data.name},
               {"key", data.key},
               {"classes", data.classes},
               {"train", data.train},
               {"test", data.test},
               {"dropped", data.dropped},
               {"train_share", data.train_share},
               {"test_share", data.test_share},
               {"balanced", data.balanced},
               {"overlap_allowed", data.overlap_allowed},
               {"overlap", data.overlap},
               {"truncated", data.truncated},
               {"corpus", data.corpus}};
  if (data.read > 0) json["read"] = data.read;
  return json;
}

Json to_json(const Ledger& ledger) {
  Json json = {{"seconds", ledger.seconds},   {"flops", ledger.flops},   {"peak_memory", ledger.peak_memory},
               {"computed", ledger.computed}, {"reused", ledger.reused}, {"failed", ledger.failed},
               {"nodes", Json::array()}};
  if (ledger.claims > 0) json["claims"] = ledger.claims;
  for (const LedgerNode& node : ledger.nodes)
    json["nodes"].push_back({{"key", node.key},
                             {"kind", node.kind},
                             {"state", node.state},
                             {"seconds", node.seconds},
                             {"flops", node.flops},
                             {"peak_memory", node.peak_memory}});
  return json;
}

}  // namespace

Json to_json(const Record& record, bool with_ledger) {
  Json json = {{"schema", kRecordSchema},
               {"name", record.name},
               {"run", record.run},
               {"engine_version", record.engine_version},
               {"profile", record.profile},
               {"spec", record.spec},
               {"claim", to_json(record.claim)},
               {"data", to_json(record.data)},
               {"items", record.items},
               {"truth", record.truth},
               {"groups", record.groups},
               {"series", Json::object()},
               {"cells", Json::array()},
               {"warnings", record.warnings}};
  for (const auto& [key, series] : record.series) json["series"][key] = to_json(series);
  for (const Cell& cell : record.cells) json["cells"].push_back(to_json(cell));
  for (const auto& [name, slicing] : record.slices)
    json["slices"][name] = {{"values", slicing.values}, {"of", slicing.of}};
  if (!record.forecast.cells.empty()) json["forecast"] = to_json(record.forecast);
  if (with_ledger) json["ledger"] = to_json(record.ledger);
  return json;
}

}  // namespace qinglan
