// libFuzzer entry: the first byte picks a source of tokenizers; the rest changes a valid small one (or is
// one). Each gives a tokenizer that encodes some strings within its vocabulary, or an Error.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "text/gguf_tokenizer.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"

namespace {

using namespace qinglan;

// Choices read off the fuzzer's bytes; zeros when they are spent.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool spent() const { return at_ >= bytes_.size(); }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : byte() % n; }
  std::string text(std::size_t most) {
    const std::size_t length = below(most + 1);
    std::string text;
    while (text.size() < length && !spent()) text += static_cast<char>(byte());
    return text;
  }
  std::string rest() { return std::string(bytes_.substr(std::min(at_, bytes_.size()))); }

 private:
  std::uint8_t byte() { return spent() ? 0 : static_cast<std::uint8_t>(bytes_[at_++]); }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

const char* const kDefinitions[] = {
    R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":4,"content":"<s>","single_word":false,
    "lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"NFC"},"pre_tokenizer":
    {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\s+(?!\\S)|\\p{L}+"},"behavior":
    "Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},
    "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":
    {"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
    "special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}},"decoder":{"type":"ByteLevel","add_prefix_space":
    true,"trim_offsets":true,"use_regex":true},"model":{"type":"BPE","dropout":null,"unk_token":null,
    "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":
    false,"vocab":{"a":0,"b":1,"ab":2,"aab":3},"merges":[["a","b"],["a","ab"]]}})",
    R"({"added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
    "strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":
    "BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
    "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
    "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3,"##a":4,"b":5}}})",
    R"({"added_tokens":[],"normalizer":{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":" {2,}"},
    "content":" "},{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"},
    {"type":"Strip","strip_left":true,"strip_right":true},{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAABhAA=="
    }]},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},"post_processor":
    {"type":"RobertaProcessing","sep":["a",1],"cls":["b",2],"trim_offsets":true,"add_prefix_space":true},"decoder":
    {"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,
    "stop":0}]},"model":{"type":"Unigram","unk_id":0,"byte_fallback":false,"vocab":[["<unk>",0.0],["a",-1.5],["b",-2.0],
    ["▁a",-0.5],["ab",-2.25]]}})",
    R"({"added_tokens":[],"normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":
    "Digits","individual_digits":true},{"type":"Punctuation","behavior":"Isolated"},{"type":"FixedLength","length":3},
    {"type":"CharDelimiterSplit","delimiter":"x"},{"type":"UnicodeScripts"},{"type":"WhitespaceSplit"}]},
    "post_processor":null,"decoder":{"type":"CTC","pad_token":"a","word_delimiter_token":"b","cleanup":true},"model":
    {"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":0,"a":1,"b":2}}})"};

Json random_value(Choices& choices) {
  switch (choices.below(12)) {
    case 0:
      return nullptr;
    case 1:
      return true;
    case 2:
      return choices.below(256);
    case 3:
      return -1;
    case 4:
      return std::uint64_t{1} << choices.below(64);
    case 5:
      return 1e300;
    case 6:
      return Json::array();
    case 7:
      return Json::object();
    case 8:
      return "(a+)+$";
    case 9:
      return "a";
    case 10:
      return "";
    default:
      return choices.text(12);
  }
}

// The value reached by `choices` from `from` on.
Json* random_node(Json* from, Choices& choices) {
  for (std::size_t depth = choices.below(8); depth > 0 && from->is_structured() && !from->empty(); --depth) {
    auto child = from->begin();
    std::advance(child, choices.below(from->size()));
    from = &*child;
  }
  return from;
}

Json mutated_definition(Choices& choices) {
  static const std::vector<Json> bases = [] {
    std::vector<Json> parsed;
    for (const char* text : kDefinitions) parsed.push_back(parse_json(text, "base"));
    return parsed;
  }();
  Json definition = bases[choices.below(bases.size())];
  for (std::size_t edits = 1 + choices.below(4); edits > 0; --edits) {
    Json* node = random_node(&definition, choices);
    switch (choices.below(4)) {
      case 0: {  // a part of another definition in its place
        Json other = bases[choices.below(bases.size())];
        *node = *random_node(&other, choices);
        break;
      }
      case 1:
        if (node->is_object()) (*node)[choices.text(6)] = random_value(choices);
        if (node->is_array()) node->push_back(node->empty() ? random_value(choices) : node->front());
        break;
      case 2:
        if (node->is_object() && !node->empty()) node->erase(node->begin());
        if (node->is_array() && !node->empty()) node->erase(node->size() - 1);
        break;
      default:
        *node = random_value(choices);
    }
  }
  return definition;
}

std::map<std::string, GgufValue> base_metadata(Choices& choices) {
  using Strings = std::vector<std::string>;
  const std::string keys = "tokenizer.ggml.";
  std::map<std::string, GgufValue> metadata = {
      {keys + "tokens", Strings{"<s>", "a", "b", "ab", "▁a", "##b", "<0x41>", "</s>", "  "}},
      {keys + "token_type", std::vector<std::int64_t>{3, 1, 1, 1, 1, 1, 6, 3, 4}},
      {keys + "scores", std::vector<double>{0, -1, -2, -3, -4, -5, 0, 0, -1000}},
      {keys + "merges", Strings{"a b"}},
      {keys + "bos_token_id", std::int64_t{0}},
      {keys + "eos_token_id", std::int64_t{7}}};
  const char* const models[] = {"gpt2", "llama", "bert"};
  const char* const pres[] = {"gpt-2", "smollm", "llama-bpe", "qwen2", "olmo", "default"};
  const char* const architectures[] = {"llama", "gemma3", "phi3", "gptneox"};
  metadata[keys + "model"] = std::string(models[choices.below(3)]);
  metadata[keys + "pre"] = std::string(pres[choices.below(6)]);
  metadata["general.architecture"] = std::string(architectures[choices.below(4)]);
  return metadata;
}

GgufValue random_gguf_value(Choices& choices) {
  switch (choices.below(6)) {
    case 0:
      return static_cast<std::int64_t>(choices.below(256)) - 2;
    case 1:
      return choices.below(2) == 1;
    case 2:
      return choices.text(8);
    case 3:
      return std::vector<std::int64_t>(choices.below(12), 1);
    case 4:
      return std::vector<double>(choices.below(12), 1e38);
    default: {
      std::vector<std::string> texts;
      for (std::size_t i = choices.below(12); i > 0; --i) texts.push_back(choices.text(6));
      return texts;
    }
  }
}

std::map<std::string, GgufValue> mutated_metadata(Choices& choices) {
  static const char* const kKeys[] = {"tokens",
                                      "token_type",
                                      "scores",
                                      "merges",
                                      "bos_token_id",
                                      "eos_token_id",
                                      "add_bos_token",
                                      "add_eos_token",
                                      "model",
                                      "pre",
                                      "cls_token_id",
                                      "seperator_token_id",
                                      "unknown_token_id",
                                      "add_space_prefix",
                                      "remove_extra_whitespaces"};
  auto metadata = base_metadata(choices);
  for (std::size_t edits = choices.below(5); edits > 0; --edits) {
    const std::string key = std::string("tokenizer.ggml.") + kKeys[choices.below(std::size(kKeys))];
    auto* texts = std::get_if<std::vector<std::string>>(&metadata[key]);
    auto* numbers = std::get_if<std::vector<std::int64_t>>(&metadata[key]);
    const auto how = choices.below(4);
    if (how == 0)
      metadata.erase(key);
    else if (how == 1 && texts && !texts->empty())
      (*texts)[choices.below(texts->size())] = choices.text(10);
    else if (how == 1 && numbers && !numbers->empty())
      (*numbers)[choices.below(numbers->size())] = static_cast<std::int64_t>(choices.below(9)) - 1;
    else
      metadata[key] = random_gguf_value(choices);
  }
  return metadata;
}

void use(const Tokenizer& tokenizer) {
  static const std::vector<std::string> kTexts = {"",
                                                  "a",
                                                  "ab  aab\n",
                                                  "b 12,3 <s>a</s> [CLS]",
                                                  "aaaaaaaaaaaaaaaaaaaaX",
                                                  "e\xcc\x81 \xe9\x9d\x92 \xf0\x9f\x98\x80"};
  for (const bool special : {false, true})
    for (const auto& text : kTexts) {
      const auto ids = tokenizer.encode(text, special);
      for (const auto id : ids)
        if (id < 0 || id >= tokenizer.vocab_size()) __builtin_trap();
      tokenizer.decode(ids);
    }
}

Tokenizer make(std::uint8_t source, Choices& choices) {
  switch (source % 8) {
    case 0:
      return Tokenizer::from_json(choices.rest(), "fuzz");
    case 1: {
      const auto model = parse_sentencepiece_model(choices.rest(), "fuzz");
      return Tokenizer::from_definition({to_json(sentencepiece_bpe(model.pieces, {}, "fuzz")), {}, {}},
                                        "fuzz");
    }
    case 2: {
      const auto model = parse_sentencepiece_model(choices.rest(), "fuzz");
      return Tokenizer::from_definition(
          {to_json(xlm_roberta_unigram(model.pieces, model.charsmap, "fuzz")), {}, {}}, "fuzz");
    }
    case 3:
    case 4:
      return Tokenizer::from_definition(rebuild_tokenizer(mutated_metadata(choices), "fuzz"), "fuzz");
    default:
      return Tokenizer::from_json(
          mutated_definition(choices).dump(-1, ' ', false, Json::error_handler_t::replace), "fuzz");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // A thread for each: the tokenizers crate keeps what a model encoded in a cache of the thread, and after
  // the model's end too.
  std::thread([=] {
    Choices choices({reinterpret_cast<const char*>(data) + 1, size - 1});
    try {
      use(make(data[0], choices));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::internal) __builtin_trap();
    }
  }).join();
  return 0;
}
