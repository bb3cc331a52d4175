// export: a trained model as files for other programs (experiment/export.h has the parameters).

#include "base/error.h"
#include "export/gguf_model.h"
#include "export/hf_folder.h"
#include "export/peft_adapter.h"
#include "export/student_card.h"
#include "export/tokenizer_files.h"
#include "text/prompt.h"
#include "train/recipe.h"
#include "train/tensor_view.h"
#include "worker/kept_student.h"

namespace qinglan {
namespace {

Recipe recipe_of_student(Json shape) {
  shape["tune"] = shape.at("kind");
  shape.erase("kind");
  return Recipe::from_json(Prompt::without_keys(std::move(shape)));
}

LoraAdapter restored_adapter(const ModelConfig& config, const Recipe& recipe, const SafetensorsFile& file) {
  const std::int64_t first = recipe.layers > 0 ? config.layers - recipe.layers : 0;
  LoraAdapter adapter = LoraAdapter::create(config, recipe.lora, 0, first);
  restore(adapter.parameters(), file);
  return adapter;
}

// Other programs know a head as one row a class times the state.
void require_linear_head(const ExportedStudent& student, const Recipe& recipe) {
  if (recipe.label_words.empty()) return;
  const bool capped = student.base.backbone.config().logit_cap > 0;
  if (!capped && student.head_weight.size(0) == static_cast<std::int64_t>(student.classes.size())) return;
  throw Error(ErrorKind::unsupported, "no other program has this student's head")
      .expected("one label word a class, and a model that does not cap its logits")
      .found(capped ? "logits capped at " + Json(student.base.backbone.config().logit_cap).dump()
                    : std::to_string(student.head_weight.size(0)) + " words for " +
                          std::to_string(student.classes.size()) + " classes")
      .hint("train with head = \"new\" to give the student away");
}

void read_prompt(ExportedStudent& student, const Json& shape) {
  const std::string& path = student.base.source.tokenizer_path;
  student.limit = Prompt(shape, student.base.tokenizer, path).limit();
  if (const auto chat = shape.find("chat"); chat != shape.end())
    student.chat = ExportedChat{*find_chat_template(path), chat->value("system", "")};
}

ExportedStudent restored_student(const Step& step, LoadedModel& base, const Recipe& recipe) {
  const Json& params = step.node.params;
  const ModelConfig& config = base.backbone.config();
  const SafetensorsFile file = kept_student(step, "student");
  ExportedStudent student{.base = base};
  if (recipe.tune == Recipe::Tune::full) restore_backbone(base.backbone, recipe.layers > 0, file);
  if (recipe.tune == Recipe::Tune::lora) student.adapter = restored_adapter(config, recipe, file);
  student.head_weight = tensor_of(file.tensor("head.weight"));
  if (file.tensors().contains("head.bias")) student.head_bias = tensor_of(file.tensor("head.bias"));
  student.trunk = recipe.layers > 0;
  student.probe = recipe.tune == Recipe::Tune::probe;
  student.depth = recipe.depth < 0 ? config.layers : recipe.depth;
  student.pooling = recipe.poolings(config.kind);
  read_prompt(student, params.at("student"));
  student.classes = params.at("classes").get<std::vector<std::string>>();
  student.card = params.at("card");
  require_linear_head(student, recipe);
  return student;
}

DType gguf_type(const std::string& dtype) {
  if (dtype == "float16") return DType::f16;
  if (dtype == "bfloat16") return DType::bf16;
  return dtype == "q8_0" ? DType::q8_0 : DType::f32;
}

}  // namespace

void run_export(Step& step) {
  const Json& params = step.node.params;
  const Recipe recipe = recipe_of_student(params.at("student"));
  const std::string dtype = params.at("dtype"), base = params.at("base_model");
  const ExportFormat format = export_format_named(params.at("format"));
  const auto own = step.models.own(step.node.files.at("model"), recipe.dtype, /*random_init=*/false);
  const ExportedStudent student = restored_student(step, *own, recipe);
  FileSystem& fs = step.store.fs();
  const torch::Dtype stored = dtype == "bfloat16" ? torch::kBFloat16 : torch::kFloat32;
  if (format == ExportFormat::hf) {
    write_hf_folder(fs, step.result, student, stored);
  } else if (format == ExportFormat::peft) {
    write_peft_adapter(fs, step.result, student, base);
    if (params.at("write_base")) {
      fs.make_folders(step.result + "/base");
      write_hf_folder(fs, step.result + "/base", student, stored, HfPart::base);
    }
  } else {
    write_gguf_model(fs, step.result + "/model.gguf", student, gguf_type(dtype));
    write_head(fs, step.result, student);
    write_tokenizer(fs, step.result, student);
  }
  write_card(fs, step.result, student, format, base);
}

}  // namespace qinglan
