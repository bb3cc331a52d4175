#include "record/record.h"

#include <set>

#include "base/error.h"
#include "io/file_system.h"
#include "record/fields.h"

namespace qinglan {
namespace {

std::vector<std::int32_t> indices(const Fields& fields, const char* key, std::size_t size,
                                  std::int64_t bound) {
  const auto raw = fields.get<std::vector<std::int64_t>>(key);
  fields.check_size(key, raw.size(), size);
  std::vector<std::int32_t> values;
  values.reserve(raw.size());
  for (const std::int64_t value : raw) {
    if (value < 0 || value >= bound)
      fields.refuse(key, "numbers from 0 to " + std::to_string(bound - 1), std::to_string(value));
    values.push_back(static_cast<std::int32_t>(value));
  }
  return values;
}

std::vector<std::string> distinct(const Fields& fields, const char* key) {
  auto values = fields.get<std::vector<std::string>>(key);
  std::set<std::string> seen;
  for (const auto& value : values)
    if (!seen.insert(value).second) fields.refuse(key, "distinct names", "'" + value + "' twice");
  return values;
}

Claim read_claim(const Fields& fields) {
  fields.only({"metric", "delta", "gamma", "gold", "risk", "primary", "digest"});
  Claim claim{.metric = fields.one_of("metric", {"accuracy", "balanced_accuracy", "auroc"}),
              .delta = fields.number("delta"),
              .gamma = fields.number("gamma")};
  if (fields.has("gold")) claim.gold = fields.count("gold");
  if (fields.has("risk")) claim.risk = fields.number("risk");
  if (!(claim.risk > 0 && claim.risk < 1))
    fields.refuse("risk", "a share between 0 and 1", std::to_string(claim.risk));
  if (fields.has("primary")) claim.primary = fields.get<std::string>("primary");
  claim.digest = fields.get<std::string>("digest");
  return claim;
}

std::vector<double> shares(const Fields& fields, const char* key, std::size_t classes) {
  auto values = fields.get<std::vector<double>>(key);
  if (!values.empty()) fields.check_size(key, values.size(), classes);
  return values;
}

DataFacts read_data(const Fields& fields) {
  fields.only({"name", "key", "classes", "train", "test", "dropped", "train_share", "test_share", "balanced",
               "overlap_allowed", "overlap", "truncated", "read", "corpus"});
  DataFacts data;
  data.name = fields.get<std::string>("name");
  data.key = fields.get<std::string>("key");
  data.classes = distinct(fields, "classes");
  if (data.classes.size() < 2)
    fields.refuse("classes", "at least two classes", std::to_string(data.classes.size()));
  data.train = fields.count("train");
  data.test = fields.count("test");
  const Json dropped = fields.object("dropped");
  const Fields reasons = fields.at("dropped", dropped);
  for (const auto& [reason, rows] : dropped.items()) data.dropped[reason] = reasons.count(reason.c_str());
  data.train_share = shares(fields, "train_share", data.classes.size());
  data.test_share = shares(fields, "test_share", data.classes.size());
  data.balanced = fields.get<bool>("balanced");
  data.overlap_allowed = fields.get<bool>("overlap_allowed");
  data.overlap = fields.count("overlap");
  data.truncated = fields.count("truncated");
  if (fields.maybe("read")) data.read = fields.count("read");
  data.corpus = fields.get<std::string>("corpus");
  return data;
}

std::vector<CurvePoint> read_curve(const Fields& fields) {
  std::vector<CurvePoint> curve;
  const Json list = fields.list("curve");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields point = fields.at("curve", i, list[i]);
    point.only({"step", "epoch", "train_loss", "test_accuracy", "agreement"});
    curve.push_back({.step = point.count("step"),
                     .epoch = point.number("epoch"),
                     .train_loss = point.number("train_loss"),
                     .test_accuracy = point.maybe("test_accuracy"),
                     .agreement = point.maybe("agreement")});
  }
  return curve;
}

// Numbers by name; none where the key is absent.
std::map<std::string, std::int64_t> read_counts(const Fields& fields, const char* key) {
  std::map<std::string, std::int64_t> counts;
  if (!fields.has(key)) return counts;
  const Json object = fields.object(key);
  for (const auto& [name, count] : object.items()) counts[name] = fields.at(key, object).count(name.c_str());
  return counts;
}

std::vector<LabelStage> read_label_stages(const Fields& fields) {
  std::vector<LabelStage> stages;
  if (!fields.has("label_stages")) return stages;
  const Json list = fields.list("label_stages");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields stage = fields.at("label_stages", i, list[i]);
    stage.only({"name", "given", "kept", "changed", "given_right", "kept_right", "counts"});
    stages.push_back({.name = stage.get<std::string>("name"),
                      .given = stage.count("given"),
                      .kept = stage.count("kept"),
                      .changed = stage.count("changed"),
                      .given_right = stage.number("given_right"),
                      .kept_right = stage.number("kept_right"),
                      .counts = read_counts(stage, "counts")});
    const LabelStage& last = stages.back();
    if (last.kept > last.given)
      stage.refuse("kept", "at most " + std::to_string(last.given), std::to_string(last.kept));
  }
  return stages;
}

Series read_series(const Fields& fields, std::size_t items, std::size_t classes) {
  fields.only({"node", "kind", "status", "why", "logits", "matched_bias", "abstained", "curve",
               "final_train_loss", "label_entropy", "transfer_correct", "transfer_items", "label_stages",
               "remark", "certificate"});
  Series series;
  series.node = fields.get<std::string>("node");
  series.kind = fields.one_of("kind", {"weak_floor", "weak_to_strong", "strong_ceiling", "control"});
  series.status = fields.one_of("status", {"done", "failed", "undefined"});
  series.why = fields.get<std::string>("why");
  const bool done = series.status == "done";
  if (!done && series.why.empty()) fields.refuse("why", "a reason, for it is " + series.status, "none");
  series.logits = fields.floats("logits");
  fields.check_size("logits", series.logits.size(), done ? items * classes : 0);
  series.matched_bias = fields.floats("matched_bias");
  if (!series.matched_bias.empty()) fields.check_size("matched_bias", series.matched_bias.size(), classes);
  for (const char byte : fields.bytes("abstained")) {
    if (byte != 0 && byte != 1) fields.refuse("abstained", "bytes 0 or 1", std::to_string(int{byte}));
    series.abstained.push_back(static_cast<std::uint8_t>(byte));
  }
  if (!series.abstained.empty()) fields.check_size("abstained", series.abstained.size(), items);
  series.curve = read_curve(fields);
  series.final_train_loss = fields.maybe("final_train_loss");
  series.label_entropy = fields.maybe("label_entropy");
  series.transfer_items = fields.count("transfer_items");
  series.transfer_correct = fields.number("transfer_correct");
  if (!(series.transfer_correct >= 0) || series.transfer_correct > static_cast<double>(series.transfer_items))
    fields.refuse("transfer_correct", "0 to " + std::to_string(series.transfer_items),
                  std::to_string(series.transfer_correct));
  series.label_stages = read_label_stages(fields);
  if (fields.has("remark")) series.remark = fields.get<std::string>("remark");
  series.certificate = fields.object("certificate");
  return series;
}

std::map<std::string, Slicing> read_slices(const Fields& fields, std::size_t items) {
  std::map<std::string, Slicing> slices;
  if (!fields.has("slices")) return slices;
  const Json all = fields.object("slices");
  for (const auto& [name, one] : all.items()) {
    const Fields slicing = fields.at("slices", name, one);
    slicing.only({"values", "of"});
    Slicing& made = slices[name];
    made.values = distinct(slicing, "values");
    made.of = indices(slicing, "of", items, static_cast<std::int64_t>(made.values.size()));
  }
  return slices;
}

Forecast read_forecast(const Fields& whole) {
  Forecast forecast;
  if (!whole.has("forecast")) return forecast;
  const Json json = whole.object("forecast");
  const Fields fields = whole.at("forecast", json);
  fields.only({"cells", "digest"});
  forecast.digest = fields.get<std::string>("digest");
  const Json cells = fields.object("cells");
  for (const auto& [id, seeds] : cells.items()) {
    if (!seeds.is_array()) fields.refuse("cells", "a list of seeds", seeds.type_name());
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      const Fields one = fields.at("cells", i, seeds[i]);
      one.only({"seed", "squared", "bregman"});
      forecast.cells[id].push_back(
          {one.get<std::uint64_t>("seed"), one.number("squared"), one.number("bregman")});
    }
  }
  return forecast;
}

using SeriesMap = std::map<std::string, Series>;

std::string series_name(const Fields& fields, const char* key, const SeriesMap& known) {
  auto name = fields.get<std::string>(key);
  if (!name.empty() && !known.contains(name)) fields.refuse(key, "a series of this record", "'" + name + "'");
  return name;
}

Control read_control(const Fields& fields, const SeriesMap& known, std::size_t seeds) {
  fields.only({"series", "undefined", "teaches"});
  Control control{.series = fields.get<std::vector<std::string>>("series"),
                  .undefined = fields.get<std::string>("undefined"),
                  .teaches = fields.get<bool>("teaches")};
  for (const auto& name : control.series)
    if (!known.contains(name)) fields.refuse("series", "series of this record", "'" + name + "'");
  if (control.series.empty() && control.undefined.empty()) fields.refuse("undefined", "a reason", "none");
  if (control.series.size() > 1) fields.check_size("series", control.series.size(), seeds);
  return control;
}

ChainStudent read_chain_student(const Fields& fields, const SeriesMap& known, std::size_t seeds) {
  fields.only({"name", "tune", "method", "parameters", "series"});
  ChainStudent student{.name = fields.get<std::string>("name"),
                       .tune = fields.get<std::string>("tune"),
                       .method = fields.get<std::string>("method"),
                       .parameters = fields.count("parameters"),
                       .series = fields.get<std::vector<std::string>>("series")};
  fields.check_size("series", student.series.size(), seeds);
  for (const auto& name : student.series)
    if (!known.contains(name)) fields.refuse("series", "series of this record", "'" + name + "'");
  return student;
}

std::vector<ChainStudent> read_chain(const Fields& fields, const SeriesMap& known, std::size_t seeds) {
  std::vector<ChainStudent> chain;
  if (!fields.has("chain")) return chain;
  const Json list = fields.list("chain");
  for (std::size_t i = 0; i < list.size(); ++i)
    chain.push_back(read_chain_student(fields.at("chain", i, list[i]), known, seeds));
  return chain;
}

Cell read_cell(const Fields& fields, const SeriesMap& known) {
  fields.only({"id", "supervisor", "student", "method", "supervisor_kind", "supervisor_tune", "student_tune",
               "params", "status", "error", "seeds", "chain", "controls", "declared"});
  Cell cell;
  cell.id = fields.get<std::string>("id");
  cell.supervisor = fields.get<std::string>("supervisor");
  cell.student = fields.get<std::string>("student");
  cell.method = fields.get<std::string>("method");
  cell.supervisor_kind = fields.get<std::string>("supervisor_kind");
  cell.supervisor_tune = fields.get<std::string>("supervisor_tune");
  cell.student_tune = fields.get<std::string>("student_tune");
  cell.params = fields.object("params");
  cell.declared = read_counts(fields, "declared");
  cell.status = fields.one_of("status", {"done", "failed"});
  cell.error = fields.get<std::string>("error");
  if (cell.status == "failed" && cell.error.empty())
    fields.refuse("error", "a reason, for it failed", "none");
  const Json seeds = fields.list("seeds");
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const Fields run = fields.at("seeds", i, seeds[i]);
    run.only({"seed", "weak_floor", "weak_to_strong", "strong_ceiling"});
    cell.seeds.push_back({.seed = run.get<std::uint64_t>("seed"),
                          .weak_floor = series_name(run, "weak_floor", known),
                          .weak_to_strong = series_name(run, "weak_to_strong", known),
                          .strong_ceiling = series_name(run, "strong_ceiling", known)});
    if (!seen.insert(cell.seeds.back().seed).second)
      run.refuse("seed", "a seed of its own", std::to_string(cell.seeds.back().seed) + " twice");
  }
  cell.chain = read_chain(fields, known, cell.seeds.size());
  const Json controls = fields.object("controls");
  for (const auto& [name, control] : controls.items())
    cell.controls[name] = read_control(fields.at("controls", name, control), known, cell.seeds.size());
  return cell;
}

Ledger read_ledger(const Fields& fields) {
  fields.only({"seconds", "flops", "peak_memory", "computed", "reused", "failed", "claims", "nodes"});
  Ledger ledger{.seconds = fields.number("seconds"),
                .flops = fields.number("flops"),
                .peak_memory = fields.count("peak_memory"),
                .computed = fields.count("computed"),
                .reused = fields.count("reused"),
                .failed = fields.count("failed")};
  if (fields.has("claims")) ledger.claims = fields.count("claims");
  const Json nodes = fields.list("nodes");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Fields node = fields.at("nodes", i, nodes[i]);
    node.only({"key", "kind", "state", "seconds", "flops", "peak_memory"});
    ledger.nodes.push_back({.key = node.get<std::string>("key"),
                            .kind = node.get<std::string>("kind"),
                            .state = node.one_of("state", {"computed", "reused", "failed"}),
                            .seconds = node.number("seconds"),
                            .flops = node.number("flops"),
                            .peak_memory = node.count("peak_memory")});
  }
  return ledger;
}

void check_schema(const Fields& fields, const std::string& source) {
  const auto schema = fields.get<std::int64_t>("schema");
  if (schema > kRecordSchema)
    throw Error(ErrorKind::unsupported, "field 'schema': the record is of a newer kind")
        .in(source)
        .expected("at most " + std::to_string(kRecordSchema))
        .found(std::to_string(schema))
        .hint("read it with a newer qinglan");
  if (schema < 1) fields.refuse("schema", "at least 1", std::to_string(schema));
}

}  // namespace

Record record_from_json(const Json& json, const std::string& source) {
  const Fields fields(json, source, "");
  check_schema(fields, source);
  fields.only({"schema", "name", "run", "engine_version", "profile", "spec", "claim", "data", "items",
               "truth", "groups", "slices", "series", "cells", "forecast", "warnings", "ledger"});
  Record record;
  record.name = fields.get<std::string>("name");
  record.run = fields.get<std::string>("run");
  record.engine_version = fields.get<std::string>("engine_version");
  record.profile = fields.object("profile");
  record.spec = fields.object("spec");
  const Json claim = fields.object("claim");
  record.claim = read_claim(fields.at("claim", claim));
  const Json data = fields.object("data");
  record.data = read_data(fields.at("data", data));
  const std::size_t classes = record.data.classes.size();
  record.items = distinct(fields, "items");
  const std::size_t items = record.items.size();
  record.truth = indices(fields, "truth", items, static_cast<std::int64_t>(classes));
  record.groups = indices(fields, "groups", items, INT32_MAX);
  record.slices = read_slices(fields, items);
  const Json series = fields.object("series");
  for (const auto& [key, one] : series.items())
    record.series[key] = read_series(fields.at("series", key, one), items, classes);
  const Json cells = fields.list("cells");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    record.cells.push_back(read_cell(fields.at("cells", i, cells[i]), record.series));
    if (!ids.insert(record.cells.back().id).second)
      fields.at("cells", i, cells[i])
          .refuse("id", "an id of its own", "'" + record.cells.back().id + "' twice");
  }
  record.forecast = read_forecast(fields);
  record.warnings = fields.get<std::vector<std::string>>("warnings");
  if (fields.has("ledger")) {
    const Json ledger = fields.object("ledger");
    record.ledger = read_ledger(fields.at("ledger", ledger));
  }
  return record;
}

Record read_record(const std::string& path) {
  const Json json = parse_json(real_file_system().read(path), path);
  if (json.is_object() && json.contains("cells") && !json.contains("series"))
    throw Error(ErrorKind::invalid_input, "this is what --json printed, not the record it was made from")
        .in(path)
        .hint("name the spec, or the record: records/<run>.json in the store");
  return record_from_json(json, path);
}

}  // namespace qinglan
