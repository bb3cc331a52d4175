#include "text/prompt.h"

#include <algorithm>

#include "base/error.h"

namespace qinglan {

Prompt::Prompt(const Json& values, const Tokenizer& tokenizer, const std::string& tokenizer_path)
    : tokenizer_(tokenizer),
      template_(Template::parse(values.at("text"))),
      limit_{values.at("max_tokens"), truncation_named(values.value("truncate", "right")), 0, 0} {
  values.contains("chat") ? open_chat(values.at("chat"), tokenizer_path) : frame_text();
  read_prefix(values.value("prefix", ""));
  read_suffix(values.value("suffix", ""));
}

void Prompt::frame_text() {
  limit_.head = tokenizer_.special_prefix();
  limit_.tail = closing_ = tokenizer_.special_suffix();
}

void Prompt::open_chat(const Json& chat, const std::string& tokenizer_path) {
  auto source = find_chat_template(tokenizer_path);
  if (!source) throw Error(ErrorKind::invalid_input, "the model has no chat template").in(tokenizer_path);
  chat_.emplace(*std::move(source));
  system_ = chat.value("system", "");
  measure_chat();
}

void Prompt::read_prefix(const std::string& prefix) {
  if (prefix.empty()) return;
  QL_CHECK(!chat_, "a prefix of a chat");
  prefix_ = prefix;
  limit_.head = shared_by_two_texts(
                    "a", "b", [&](const std::string& text) { return prefix_ + text; }, true)
                    .head;
  if (limit_.head + limit_.tail >= limit_.max_tokens)
    throw Error(ErrorKind::invalid_input, "what stands before every text leaves no room for the text")
        .expected("less than max_tokens = " + std::to_string(limit_.max_tokens))
        .found(std::to_string(limit_.head + limit_.tail) + " tokens")
        .hint("raise max_tokens, or show fewer rows (shots)");
}

void Prompt::read_suffix(const std::string& suffix) {
  if (suffix.empty()) return;
  suffix_ = tokenizer_.encode(suffix, false);
  if (suffix_.empty())
    throw Error(ErrorKind::invalid_input, "the word \"" + suffix + "\" has no token of this model");
  limit_.tail += static_cast<std::int64_t>(suffix_.size());
}

Conversation Prompt::conversation(const std::string& text) const {
  Conversation messages;
  if (!system_.empty()) messages.push_back({"system", system_});
  messages.push_back({"user", text});
  return messages;
}

// What stands around every text, in a chat the assistant's header above all, is what two different texts
// share at the ends.
Prompt::Frame Prompt::shared_by_two_texts(const std::string& one, const std::string& other,
                                          const std::function<std::string(const std::string&)>& whole,
                                          bool add_special) const {
  const auto ids = tokenizer_.encode_batch(std::vector<std::string>{whole(one), whole(other)}, add_special);
  const auto &a = ids[0], &b = ids[1];
  const auto shortest = static_cast<std::int64_t>(std::min(a.size(), b.size()));
  Frame frame;
  frame.head = std::mismatch(a.begin(), a.begin() + shortest, b.begin()).first - a.begin();
  frame.tail =
      std::mismatch(a.rbegin(), a.rend() - frame.head, b.rbegin(), b.rend() - frame.head).first - a.rbegin();
  frame.whole = static_cast<std::int64_t>(a.size());
  return frame;
}

void Prompt::measure_chat() {
  const Frame frame = shared_by_two_texts(
      "a", "0", [&](const std::string& text) { return chat_->render(conversation(text), true); }, false);
  if (frame.head == frame.whole)
    throw Error(ErrorKind::unsupported, "the model's chat template leaves the user's text out");
  limit_.head = frame.head;
  limit_.tail = frame.tail;
}

EncodedRows Prompt::encode(const std::vector<Example>& rows) const {
  std::vector<std::string> texts, names;
  for (const auto& row : rows) {
    texts.push_back(prefix_ + template_.render(row.fields));
    names.push_back("row \"" + row.id + "\" (number " + std::to_string(row.row + 1) + " of its file)");
  }
  auto ids = encode_whole(texts);
  for (auto& row : ids) row.insert(row.end() - closing_, suffix_.begin(), suffix_.end());
  return cut_rows(std::move(ids), limit_, names);
}

std::vector<std::vector<std::int32_t>> Prompt::encode_whole(const std::vector<std::string>& texts) const {
  if (!chat_) return tokenizer_.encode_batch(texts, true);
  std::vector<Conversation> conversations;
  for (const auto& text : texts) conversations.push_back(conversation(text));
  return tokenizer_.encode_batch(chat_->render(conversations, true), false);
}

EncodedRows Prompt::encode(const Inputs& inputs) const {
  EncodedRows rows = encode(inputs.train);
  rows.append(encode(inputs.test));
  return rows;
}

Json Prompt::without_keys(Json values) {
  for (const char* key : {"text", "truncate", "chat"}) values.erase(key);
  return values;
}

}  // namespace qinglan
