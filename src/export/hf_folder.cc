#include "export/hf_folder.h"

#include "catalog/hf_writer.h"
#include "export/merged_weights.h"
#include "export/tokenizer_files.h"
#include "export/weight_shards.h"
#include "io/rows.h"

namespace qinglan {
namespace {

// The base's own config.json, or one made from what its GGUF file says. Of a model with vision, the text
// part.
Json base_config(const LoadedModel& base) {
  if (base.source.config_file.empty()) return hf_config(base.backbone.config());
  const Json whole = parse_json(read_text(base.source.config_file), base.source.config_file);
  const auto text = whole.find("text_config");
  if (text == whole.end() || !text->is_object()) return whole;
  Json config = *text;
  if (!config.contains("model_type")) config["model_type"] = whole.value("model_type", "") + "_text";
  return config;
}

Json config_of(const ExportedStudent& student, HeadForm form, torch::Dtype dtype, HfPart part) {
  Json config = base_config(student.base);
  // A student's own head takes the place of a language model's, of which nothing is then missing.
  if (part == HfPart::student && student.base.backbone.config().kind == ModelKind::decoder)
    config["tie_word_embeddings"] = true;
  const std::string stem = hf_class_stem(config.value("model_type", ""));
  config["architectures"] = {stem + (form == HeadForm::apart ? "Model" : "ForSequenceClassification")};
  config["dtype"] = config["torch_dtype"] = dtype == torch::kBFloat16 ? "bfloat16" : "float32";
  config["pad_token_id"] = pad_token_of(student.base).id;
  config.erase("num_labels");
  config.erase("transformers_version");
  if (form == HeadForm::apart) return config;
  config["problem_type"] = "single_label_classification";
  config["id2label"] = config["label2id"] = Json::object();
  for (std::size_t k = 0; k < student.classes.size(); ++k) {
    config["id2label"][std::to_string(k)] = student.classes[k];
    config["label2id"][student.classes[k]] = k;
  }
  return config;
}

// BERT's files are written without the prefix that the classifier's have.
std::string in_classifier(const ModelConfig& config, const std::string& name) {
  return architecture_named(config.architecture).hf_prefixes.back() + name;
}

void add_pooler(WeightShards& shards, const ExportedStudent& student) {
  const ModelConfig& config = student.base.backbone.config();
  const bool bert = config.architecture == "bert";
  const std::string dense = bert ? "bert.pooler.dense" : "classifier.dense";
  const std::string out = bert ? "classifier" : "classifier.out_proj";
  shards.add(dense + ".weight", torch::eye(config.hidden) * kPoolerScale);
  shards.add(dense + ".bias", torch::zeros({config.hidden}));
  shards.add(out + ".weight", student.head_weight / kPoolerScale);
  shards.add(out + ".bias", student.head_bias);
}

void write_weights(FileSystem& fs, const std::string& folder, const ExportedStudent& student, HeadForm form,
                   torch::Dtype dtype, HfPart part) {
  const Backbone& backbone = student.base.backbone;
  const bool whole = part == HfPart::student;
  WeightShards shards(fs, folder, dtype);
  each_merged(backbone, whole && student.adapter ? &*student.adapter : nullptr,
              [&](const std::string& name, torch::Tensor value) {
                if (whole && name == "lm_head.weight") return;
                for (const auto& part : backbone.hf_tensors(name, value))
                  shards.add(
                      form == HeadForm::pooler ? in_classifier(backbone.config(), part.name) : part.name,
                      part.tensor);
              });
  if (form == HeadForm::score) shards.add("score.weight", student.head_weight);
  if (form == HeadForm::pooler) add_pooler(shards, student);
  shards.finish();
}

}  // namespace

void write_head(FileSystem& fs, const std::string& folder, const ExportedStudent& student) {
  std::vector<NamedTensor> tensors{{"weight", student.head_weight}};
  if (student.head_bias.defined()) tensors.push_back({"bias", student.head_bias});
  write_tensors(fs, folder + "/" + kHeadFile, tensors);
}

void write_hf_folder(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                     torch::Dtype dtype, HfPart part) {
  const bool whole = part == HfPart::student;
  const HeadForm form = whole ? head_form(student) : HeadForm::apart;
  fs.write(folder + "/config.json", config_of(student, form, dtype, part).dump(2) + "\n");
  write_tokenizer(fs, folder, student);
  write_weights(fs, folder, student, form, dtype, part);
  if (whole && form == HeadForm::apart) write_head(fs, folder, student);
}

}  // namespace qinglan
