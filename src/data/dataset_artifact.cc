#include "base/error.h"
#include "data/dataset.h"
#include "io/rows.h"

namespace qinglan {
namespace {

const std::string kInputs = "/inputs.jsonl", kTruth = "/truth.json";

Error corrupt(const std::string& path, const std::string& what) {
  return std::move(
      Error(ErrorKind::corrupt_data, what).in(path).hint("Remove this artifact; it is made anew."));
}

}  // namespace

void write_inputs(FileSystem& fs, const std::string& folder, const Inputs& inputs) {
  std::string text;
  for (const auto* split : {&inputs.train, &inputs.test})
    for (const auto& example : *split) {
      Json row = {
          {"id", example.id}, {"split", split == &inputs.train ? "train" : "test"}, {"row", example.row}};
      row["fields"] = example.fields;
      row["group"] = example.group;
      text += canonical_json(row) + "\n";
    }
  fs.write(folder + kInputs, text);
}

Inputs read_inputs(const std::string& folder) {
  const std::string path = folder + kInputs;
  Inputs inputs;
  for (const auto& row : read_rows(path)) {
    Example example;
    example.id = get_field<std::string>(row.fields, "id", path);
    example.group = get_field<std::string>(row.fields, "group", path);
    example.row = get_field<std::int64_t>(row.fields, "row", path);
    const auto fields = get_field<Json>(row.fields, "fields", path);
    for (const auto& [name, value] : fields.items())
      example.fields[name] = get_field<std::string>(fields, name, path);
    const auto split = get_field<std::string>(row.fields, "split", path);
    if (split != "train" && split != "test")
      throw corrupt(path, "a row is of neither split").line(row.line).found("\"" + split + "\"");
    (split == "train" ? inputs.train : inputs.test).push_back(std::move(example));
  }
  return inputs;
}

void write_truth(FileSystem& fs, const std::string& folder, const GroundTruth& truth) {
  fs.write(folder + kTruth, canonical_json({{"classes", truth.classes()}, {"labels", truth.by_id()}}) + "\n");
}

GroundTruth read_truth(const std::string& folder) {
  const std::string path = folder + kTruth;
  const Json json = parse_json(read_text(path), path);
  const auto classes = get_field<std::vector<std::string>>(json, "classes", path);
  const auto labels = get_field<Json>(json, "labels", path);
  if (!labels.is_object()) throw corrupt(path, "\"labels\" is no object");
  std::map<std::string, std::int32_t> label_of;
  for (const auto& [id, value] : labels.items()) {
    const auto label = get_field<std::int64_t>(labels, id, path);
    if (label < 0 || static_cast<std::uint64_t>(label) >= classes.size())
      throw corrupt(path, "a label is outside the classes").found(std::to_string(label));
    label_of[id] = static_cast<std::int32_t>(label);
  }
  return GroundTruth(classes, std::move(label_of));
}

Json to_json(const DatasetFacts& facts) {
  return {{"dropped", facts.dropped},       {"overlap", facts.overlap},   {"train_share", facts.train_share},
          {"test_share", facts.test_share}, {"balanced", facts.balanced}, {"corpus", facts.corpus}};
}

DatasetFacts dataset_facts_from_json(const Json& json, const std::string& source) {
  DatasetFacts facts;
  const auto dropped = get_field<Json>(json, "dropped", source);
  if (!dropped.is_object()) throw corrupt(source, "\"dropped\" is no object");
  for (const auto& [reason, count] : dropped.items())
    facts.dropped[reason] = get_field<std::int64_t>(dropped, reason, source);
  facts.overlap = get_field<std::int64_t>(json, "overlap", source);
  facts.train_share = get_field<std::vector<double>>(json, "train_share", source);
  facts.test_share = get_field<std::vector<double>>(json, "test_share", source);
  facts.balanced = get_field<bool>(json, "balanced", source);
  facts.corpus = get_field<std::string>(json, "corpus", source);
  return facts;
}

}  // namespace qinglan
