#include "text/byte_level.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

// Contractions, words with one leading sign, up to `digits` digits, signs with line ends, line ends, spaces:
// the pattern of GPT-4's tokenizer as Llama 3 (three digits) and Qwen2 (one) have it.
#define QL_GPT4_SPLIT(digits)                                        \
  R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" digits \
  R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"
constexpr char kLlama3Split[] = QL_GPT4_SPLIT(R"(\p{N}{1,3})");
constexpr char kQwen2Split[] = QL_GPT4_SPLIT(R"(\p{N})");
#undef QL_GPT4_SPLIT

const std::vector<ByteLevelFamily>& families() {
  static const std::vector<ByteLevelFamily> table = {
      {.name = "gpt2", .gguf_names = {"gpt-2", "phi-2"}},
      {.name = "roberta", .gguf_names = {"roberta-bpe"}, .adds_bos = true, .adds_eos = true},
      {.name = "neox", .gguf_names = {"olmo", "mpt"}, .nfc = true},
      {.name = "smollm", .gguf_names = {"smollm", "starcoder", "refact"}, .digits_alone = true},
      {.name = "llama3",
       .gguf_names = {"llama-bpe", "llama3", "llama-v3"},
       .split = kLlama3Split,
       .ignore_merges = true,
       .adds_bos = true},
      {.name = "dbrx", .gguf_names = {"dbrx", "smaug-bpe"}, .split = kLlama3Split},
      {.name = "qwen2", .gguf_names = {"qwen2"}, .split = kQwen2Split, .nfc = true},
  };
  return table;
}

std::string known_names() {
  return listed(families(), [](const ByteLevelFamily& family) { return listed(family.gguf_names); });
}

}  // namespace

ByteLevelFamily byte_level_family_of_gguf(const std::string& pre, const std::string& architecture,
                                          const std::string& source) {
  for (ByteLevelFamily family : families()) {
    if (std::find(family.gguf_names.begin(), family.gguf_names.end(), pre) == family.gguf_names.end())
      continue;
    family.nfc |= architecture == "gptneox";  // its files may say gpt-2, whose pattern is the same
    return family;
  }
  throw Error(ErrorKind::unsupported,
              pre.empty() || pre == "default"
                  ? "the GGUF file does not say which pre-tokenizer its model was trained with"
                  : "the GGUF pre-tokenizer \"" + pre + "\" is not known")
      .in(source)
      .expected("tokenizer.ggml.pre to be one of " + known_names())
      .found(pre.empty() ? "none" : pre)
      .hint("Use the Hugging Face folder of this model, which carries its own tokenizer.");
}

const ByteLevelFamily& byte_level_family(std::string_view name) {
  for (const auto& family : families())
    if (family.name == name) return family;
  check_failed("byte-level family", __FILE__, __LINE__, std::string(name));
}

TokenizerParts byte_level_parts(const ByteLevelFamily& family, Json vocab, Json merges,
                                bool add_prefix_space) {
  TokenizerParts parts;
  parts.model = bpe_model(std::move(vocab), std::move(merges), {.ignore_merges = family.ignore_merges});
  if (family.nfc) parts.normalizer = {{"type", "NFC"}};
  const Json letters = byte_level(family.split == nullptr, add_prefix_space);
  if (family.split)
    parts.pre_tokenizer = sequence("pretokenizers", Json::array({split_isolated(family.split), letters}));
  else if (family.digits_alone)
    parts.pre_tokenizer =
        sequence("pretokenizers", Json::array({{{"type", "Digits"}, {"individual_digits", true}}, letters}));
  else
    parts.pre_tokenizer = letters;
  parts.decoder = byte_level(true, true);
  return parts;
}

}  // namespace qinglan
