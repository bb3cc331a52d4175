#include "export/peft_adapter.h"

#include "base/error.h"
#include "export/hf_folder.h"
#include "export/tokenizer_files.h"
#include "export/weight_shards.h"

namespace qinglan {
namespace {

using Target = LoraAdapter::Target;

std::string module_of(const std::string& weight) {
  return weight.substr(0, weight.size() - std::string(".weight").size());
}

// "model.layers.0.self_attn.q_proj" -> "self_attn.q_proj".
std::string below_layer(const std::string& module, std::int64_t layer) {
  const std::string number = "." + std::to_string(layer) + ".";
  return module.substr(module.find(number) + number.size());
}

// Length of the first part of names, which AutoModel does not have and classes with a head do.
std::size_t first_part(const ModelConfig& config) {
  const std::string prefix = architecture_named(config.architecture).hf_prefixes.front();
  return prefix.find('.') + 1;
}

class PeftBuilder {
 public:
  PeftBuilder(const Backbone& backbone, const LoraAdapter& adapter)
      : backbone_(backbone),
        adapter_(adapter),
        transposed_(architecture_named(backbone.config().architecture).find(WeightRole::q).hf_layout ==
                    HfLayout::transposed),
        skipped_(first_part(backbone.config())) {}

  PeftTensors build() {
    for (std::int64_t layer = adapter_.first(); layer < backbone_.config().layers; ++layer) {
      add_qkv(layer);
      const std::string name = "layers." + std::to_string(layer) + ".o.weight";
      const auto parts = backbone_.hf_tensors(name, adapter_.b(layer, Target::o));
      add(layer, parts[0].name, adapter_.a(layer, Target::o), as_linear(parts[0].tensor));
    }
    return std::move(result_);
  }

 private:
  // A file that stores matrices transposed has had B turned as well.
  torch::Tensor as_linear(const torch::Tensor& b) const { return transposed_ ? b.t() : b; }

  void add(std::int64_t layer, const std::string& weight, const torch::Tensor& a, const torch::Tensor& b) {
    const std::string module = module_of(weight);
    if (adapter_.first() > 0)  // PEFT takes a name's end: with the number, blocks below stay as they are
      result_.target_modules.push_back(module.substr(skipped_));
    else if (layer == 0)
      result_.target_modules.push_back(below_layer(module, layer));
    result_.tensors.push_back({module + ".lora_A.weight", a});
    result_.tensors.push_back({module + ".lora_B.weight", b.clone()});
  }

  void add_qkv(std::int64_t layer) {
    constexpr Target kTargets[] = {Target::q, Target::k, Target::v};
    std::vector<torch::Tensor> a, b;
    for (const Target target : kTargets) {
      a.push_back(adapter_.a(layer, target).detach());
      b.push_back(adapter_.b(layer, target).detach());
    }
    const std::int64_t rank = adapter_.options().rank;
    const auto parts =
        backbone_.hf_tensors("layers." + std::to_string(layer) + ".qkv.weight", torch::block_diag(b));
    if (parts.size() == 1) {
      add(layer, parts[0].name, torch::cat(a), as_linear(parts[0].tensor));
      result_.fused = below_layer(module_of(parts[0].name), layer);
      return;
    }
    QL_CHECK(parts.size() == 3, "q, k and v lie in one module or in three");
    for (std::size_t i = 0; i < 3; ++i)
      add(layer, parts[i].name, a[i], parts[i].tensor.narrow(1, static_cast<std::int64_t>(i) * rank, rank));
  }

  const Backbone& backbone_;
  const LoraAdapter& adapter_;
  bool transposed_;
  std::size_t skipped_;
  PeftTensors result_;
};

Json config_of(const ExportedStudent& student, const PeftTensors& made, const std::string& base,
               bool classifier) {
  const LoraOptions& options = student.adapter->options();
  const Architecture& architecture = architecture_named(student.base.backbone.config().architecture);
  Json config = {{"peft_type", "LORA"},
                 {"task_type", classifier ? "SEQ_CLS" : "FEATURE_EXTRACTION"},
                 {"base_model_name_or_path", base},
                 {"r", options.rank},
                 {"lora_alpha", options.alpha},
                 {"lora_dropout", 0.0},
                 {"bias", "none"},
                 {"inference_mode", true},
                 {"fan_in_fan_out", architecture.find(WeightRole::q).hf_layout == HfLayout::transposed},
                 {"target_modules", made.target_modules}};
  if (classifier) config["modules_to_save"] = {"score"};
  if (!made.fused.empty()) {
    config["rank_pattern"] = {{made.fused, 3 * options.rank}};
    config["alpha_pattern"] = {{made.fused, 3 * options.alpha}};
  }
  return config;
}

}  // namespace

PeftTensors peft_tensors(const Backbone& backbone, const LoraAdapter& adapter) {
  const torch::NoGradGuard no_grad;
  return PeftBuilder(backbone, adapter).build();
}

void write_peft_adapter(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                        const std::string& base) {
  if (!student.adapter)
    throw Error(ErrorKind::usage, "only a student of tune = \"lora\" is an adapter").hint("use --format hf");
  const bool classifier = head_form(student) == HeadForm::score;
  const PeftTensors made = peft_tensors(student.base.backbone, *student.adapter);
  const std::size_t skipped = classifier ? 0 : first_part(student.base.backbone.config());
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : made.tensors)
    tensors.push_back({"base_model.model." + name.substr(skipped), tensor});
  if (classifier) tensors.push_back({"base_model.model.score.weight", student.head_weight});
  write_tensors(fs, folder + "/adapter_model.safetensors", tensors);
  fs.write(folder + "/adapter_config.json", config_of(student, made, base, classifier).dump(2) + "\n");
  write_tokenizer(fs, folder, student);
  if (!classifier) write_head(fs, folder, student);
}

}  // namespace qinglan
