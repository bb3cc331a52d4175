// Packaged models against an fp64 oracle: at most twice Hugging Face's own error, in fp32 and in bf16
// (tools/golden/packaged_golden.py). Texts are ids there, so that no tokenizer stands between. The errors
// that it records become the table in docs/models.md.
#include "model/backbone.h"
#include "model/operators.h"
#include "model/parity_support.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

struct Packaged {
  const char* name;
  const char* golden;
  std::optional<std::string> (*path)();
  const char* type;
  torch::Dtype dtype;
  BaseStorage storage = BaseStorage::compute;
  bool by_operators = false;  // as a device without our kernels computes
};

class PackagedParity : public testing::TestWithParam<Packaged> {};

TEST_P(PackagedParity, LogitsAndHiddenStates) {
  const Packaged& packaged = GetParam();
  QL_NEED_FILE(packaged.path());
  std::optional<operators::OnCpu> by_operators;
  if (packaged.by_operators) by_operators.emplace();
  const torch::NoGradGuard no_grad;
  const auto model =
      Backbone::load(resolve_model(*packaged.path(), NeedTokenizer::no), packaged.dtype, packaged.storage);
  const bool decoder = model.config().kind == ModelKind::decoder;
  const Json golden =
      parse_json(read_text(golden_path("model/" + std::string(packaged.golden))), packaged.golden);
  Errors logit_errors, hidden_errors;
  std::int64_t decided = 0;
  for (const auto& text : golden["texts"]) {
    const auto ids = text["ids"].get<std::vector<std::int32_t>>();
    const auto batch = PackedBatch::pack(std::span(&ids, 1));
    const auto last = model.forward(batch).narrow(0, batch.tokens() - 1, 1);
    hidden_errors.add(text["hidden"][packaged.type], text["hidden"]["chosen"], last[0]);
    if (!decoder) continue;
    const auto logits = model.logits(last)[0];
    logit_errors.add(text["logits"][packaged.type], text["logits"]["chosen"], logits);
    if (text["margin"].get<double>() <= 2 * text["logits"][packaged.type]["max_error_of_all"].get<double>())
      continue;
    EXPECT_EQ(logits.argmax().item<std::int64_t>(), text["top"].get<std::int64_t>()) << text["ids"].dump();
    ++decided;
  }
  EXPECT_EQ(golden["texts"].size(), 16u);
  const std::string type = packaged.type;
  hidden_errors.expect_at_most_twice("hidden");
  if (!packaged.by_operators) RecordProperty(type + "_hidden", std::to_string(hidden_errors.ratio()));
  if (!decoder) return;
  if (packaged.dtype == torch::kFloat32) {
    EXPECT_GE(decided, 12);
  }
  logit_errors.expect_at_most_twice("logits");
  if (!packaged.by_operators) RecordProperty(type + "_logits", std::to_string(logit_errors.ratio()));
}

INSTANTIATE_TEST_SUITE_P(
    Models, PackagedParity,
    testing::Values(Packaged{"gemma3_fp32", "gemma3.json", gemma3_path, "fp32", torch::kFloat32},
                    Packaged{"gemma3_bf16", "gemma3.json", gemma3_path, "bf16", torch::kBFloat16},
                    Packaged{"gemma3_bf16_kept_as_in_the_file", "gemma3.json", gemma3_path, "bf16",
                             torch::kBFloat16, BaseStorage::file},
                    Packaged{"smollm2_fp32", "smollm2_types.json", smollm2_path, "fp32", torch::kFloat32},
                    Packaged{"smollm2_bf16", "smollm2_types.json", smollm2_path, "bf16", torch::kBFloat16},
                    Packaged{"minilm_fp32", "minilm_types.json", minilm_path, "fp32", torch::kFloat32},
                    Packaged{"minilm_bf16", "minilm_types.json", minilm_path, "bf16", torch::kBFloat16},
                    Packaged{"gemma3_bf16_kept_as_in_the_file_by_operators", "gemma3.json", gemma3_path,
                             "bf16", torch::kBFloat16, BaseStorage::file, true},
                    Packaged{"smollm2_fp32_by_operators", "smollm2_types.json", smollm2_path, "fp32",
                             torch::kFloat32, BaseStorage::compute, true},
                    Packaged{"smollm2_bf16_by_operators", "smollm2_types.json", smollm2_path, "bf16",
                             torch::kBFloat16, BaseStorage::compute, true},
                    Packaged{"minilm_fp32_by_operators", "minilm_types.json", minilm_path, "fp32",
                             torch::kFloat32, BaseStorage::compute, true}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace qinglan
