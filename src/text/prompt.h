#pragma once
// How the rows of a data set become token ids for one model: the text template, the model's chat template,
// the limit.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"
#include "data/template.h"
#include "text/chat.h"
#include "text/encode.h"

namespace qinglan {

class Prompt {
 public:
  // `values` as a node keeps them: "text", "max_tokens", and where they differ from the default "truncate",
  // "chat": {"system"?}, "suffix": a word that follows every prompt (before a tokenizer's closing special
  // token) and is encoded by itself, and "prefix": a text that stands before every one (not in a chat) and is
  // encoded together with it. No cut takes them; other keys are passed over. `tokenizer` must outlive
  // this. Throws what Template, find_chat_template and ChatTemplate throw, and Error{invalid_input} where a
  // chat is wanted of a model without a template, and for a suffix without tokens.
  Prompt(const Json& values, const Tokenizer& tokenizer, const std::string& tokenizer_path);

  // Throws what cut_rows throws; a row is named by its id.
  EncodedRows encode(const std::vector<Example>& rows) const;
  // All rows, train then test.
  EncodedRows encode(const Inputs& inputs) const;

  const TokenLimit& limit() const { return limit_; }

  // The keys of `values` that are a prompt's and not a recipe's: all but max_tokens.
  static Json without_keys(Json values);

 private:
  struct Frame {  // tokens: those before and after what changes with the text; all of a prompt
    std::int64_t head = 0, tail = 0, whole = 0;
  };

  Conversation conversation(const std::string& text) const;
  void frame_text();
  void open_chat(const Json& chat, const std::string& tokenizer_path);
  void measure_chat();
  Frame shared_by_two_texts(const std::string& one, const std::string& other,
                            const std::function<std::string(const std::string&)>& whole,
                            bool add_special) const;
  void read_prefix(const std::string& prefix);
  void read_suffix(const std::string& suffix);
  std::vector<std::vector<std::int32_t>> encode_whole(const std::vector<std::string>& texts) const;

  const Tokenizer& tokenizer_;
  Template template_;
  std::optional<ChatTemplate> chat_;
  std::string system_;
  TokenLimit limit_;
  std::string prefix_;
  std::vector<std::int32_t> suffix_;  // goes in before the last `closing_` tokens
  std::int64_t closing_ = 0;
};

}  // namespace qinglan
