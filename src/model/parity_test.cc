// Our fp32 numbers on real models and texts against an fp64 oracle: at most twice Hugging Face's own fp32
// error (tools/golden/model_golden.py).
#include <cmath>
#include <cstdio>
#include <numeric>

#include "model/backbone.h"
#include "model/load.h"
#include "model/parity_support.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

// The texts of a golden file as ids, in its order.
std::vector<std::vector<std::int32_t>> golden_ids(const Json& golden, const Tokenizer& tokenizer) {
  const auto sentences = movie_sentences();
  std::vector<std::vector<std::int32_t>> rows;
  for (const auto& text : golden["texts"]) {
    std::string joined;
    for (const auto& row : text["rows"])
      joined += (joined.empty() ? "" : " ") + sentences.at(row.get<std::size_t>());
    auto ids = tokenizer.encode(joined, true);
    ids.resize(std::min<std::size_t>(ids.size(), text["most"].get<std::size_t>()));
    EXPECT_EQ(ids.size(), text["tokens"].get<std::size_t>());
    EXPECT_EQ(std::accumulate(ids.begin(), ids.end(), std::int64_t{0}), text["id_sum"].get<std::int64_t>());
    rows.push_back(std::move(ids));
  }
  EXPECT_EQ(rows.size(), 64u);
  EXPECT_EQ(rows.front().size(), 1u);
  EXPECT_EQ(rows.back().size(), 512u);
  return rows;
}

Json golden(const std::string& name) { return parse_json(read_text(golden_path("model/" + name)), name); }

// All texts in one packed batch: packing must not matter.
void expect_smollm2_parity(const Backbone& model, const Tokenizer& tokenizer) {
  const torch::NoGradGuard no_grad;
  const Json expected = golden("smollm2.json");
  const auto rows = golden_ids(expected, tokenizer);
  const auto batch = PackedBatch::pack(rows);
  const std::vector<std::int64_t> depths{expected["depth"].get<std::int64_t>(), model.config().layers};
  const auto states = model.forward(batch, depths);
  Errors logit_errors, hidden_errors;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& text = expected["texts"][i];
    end += batch.lengths[i];
    const auto logits = model.logits(states[1].narrow(0, end - 1, 1))[0];
    logit_errors.add(text["logits"], text["chosen"], logits);
    hidden_errors.add(text["hidden"], text["hidden_chosen"], states[0][end - 1]);
    if (text["margin"].get<double>() > 2 * text["logits"]["max_error_of_all"].get<double>()) {
      EXPECT_EQ(logits.argmax().item<std::int64_t>(), text["top"].get<std::int64_t>()) << "text " << i;
    }
  }
  logit_errors.expect_at_most_twice("logits");
  hidden_errors.expect_at_most_twice("hidden");
}

TEST(Parity, Smollm2FromGgufAndFromSafetensors) {
  QL_NEED_FILE(smollm2_path());
  if (movie_sentences().empty()) QL_NEED_FILE(std::optional<std::string>());
  const auto loaded = load_model(*smollm2_path(), torch::kFloat32);
  expect_smollm2_parity(loaded.backbone, loaded.tokenizer);

  // The same weights as a Hugging Face folder: names and row order of transformers, values of the dequantized
  // blocks.
  const TemporaryFolder folder;
  TensorMap tensors;
  std::vector<torch::Tensor> alive;
  for (const auto& parameter : loaded.backbone.parameters())
    for (const auto& part : loaded.backbone.hf_tensors(parameter.name, parameter.tensor)) {
      alive.push_back(part.tensor.contiguous());
      tensors[part.name] = view_of(alive.back());
    }
  EXPECT_EQ(tensors.size(), 272u);
  write_bytes(folder / "model.safetensors", safetensors_bytes(tensors));
  write_bytes(folder / "config.json", llama_config_json(loaded.source.config));
  write_bytes(folder / "tokenizer.json", "{}");  // not read here
  const auto copy = Backbone::load(resolve_model(folder / ""), torch::kFloat32);
  for (std::size_t i = 0; i < copy.parameters().size(); ++i)
    EXPECT_TRUE(torch::equal(copy.parameters()[i].tensor, loaded.backbone.parameters()[i].tensor))
        << copy.parameters()[i].name;
  expect_smollm2_parity(copy, loaded.tokenizer);
}

TEST(Parity, MinilmHiddenStates) {
  QL_NEED_FILE(minilm_path());
  if (movie_sentences().empty()) QL_NEED_FILE(std::optional<std::string>());
  const torch::NoGradGuard no_grad;
  const auto loaded = load_model(*minilm_path(), torch::kFloat32);
  const Json expected = golden("minilm.json");
  const auto rows = golden_ids(expected, loaded.tokenizer);
  const auto batch = PackedBatch::pack(rows);
  const auto hidden = loaded.backbone.forward(batch);
  Errors errors;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    errors.add(expected["texts"][i]["hidden"], expected["texts"][i]["chosen"],
               hidden.narrow(0, first, batch.lengths[i]));
    first += batch.lengths[i];
  }
  errors.expect_at_most_twice("hidden");
}

}  // namespace
}  // namespace qinglan
