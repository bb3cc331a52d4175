// Gemma 3 270M from its Q4_K_M file against an fp64 oracle: at most twice Hugging Face's own error, in fp32
// and in bf16 (tools/golden/gemma_golden.py). Texts are ids there, so that no tokenizer stands between.
#include "model/backbone.h"
#include "model/parity_support.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

class Gemma3Parity : public testing::TestWithParam<std::tuple<const char*, torch::Dtype, BaseStorage>> {};

TEST_P(Gemma3Parity, LogitsAndHiddenStates) {
  QL_NEED_FILE(gemma3_path());
  const auto [type, dtype, storage] = GetParam();
  const torch::NoGradGuard no_grad;
  const auto model = Backbone::load(resolve_model(*gemma3_path()), dtype, storage);
  const Json golden = parse_json(read_text(golden_path("model/gemma3.json")), "gemma3.json");
  Errors logit_errors, hidden_errors;
  std::int64_t decided = 0;
  for (const auto& text : golden["texts"]) {
    const auto ids = text["ids"].get<std::vector<std::int32_t>>();
    const auto batch = PackedBatch::pack(std::span(&ids, 1));
    const auto last = model.forward(batch).narrow(0, batch.tokens() - 1, 1);
    const auto logits = model.logits(last)[0];
    logit_errors.add(text["logits"][type], text["logits"]["chosen"], logits);
    hidden_errors.add(text["hidden"][type], text["hidden"]["chosen"], last[0]);
    if (text["margin"].get<double>() <= 2 * text["logits"][type]["max_error_of_all"].get<double>()) continue;
    EXPECT_EQ(logits.argmax().item<std::int64_t>(), text["top"].get<std::int64_t>()) << text["ids"].dump();
    ++decided;
  }
  EXPECT_EQ(golden["texts"].size(), 16u);
  if (dtype == torch::kFloat32) {
    EXPECT_GE(decided, 12);
  }
  logit_errors.expect_at_most_twice("logits");
  hidden_errors.expect_at_most_twice("hidden");
  RecordProperty(std::string(type) + "_logits", std::to_string(logit_errors.ratio()));
  RecordProperty(std::string(type) + "_hidden", std::to_string(hidden_errors.ratio()));
}

INSTANTIATE_TEST_SUITE_P(Types, Gemma3Parity,
                         testing::Values(std::tuple{"fp32", torch::kFloat32, BaseStorage::compute},
                                         std::tuple{"bf16", torch::kBFloat16, BaseStorage::compute},
                                         std::tuple{"bf16", torch::kBFloat16, BaseStorage::file}),
                         [](const auto& info) {
                           const bool kept = std::get<2>(info.param) == BaseStorage::file;
                           return std::string(std::get<0>(info.param)) + (kept ? "_kept_as_in_the_file" : "");
                         });

}  // namespace
}  // namespace qinglan
