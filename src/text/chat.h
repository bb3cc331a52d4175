#pragma once
// A model's chat template at work: messages to the one text that the model was tuned to read. The engine is
// the `minijinja` crate, set up as Hugging Face's sandboxed Jinja environment. A template is a stranger's
// program: it runs in a child process whose processor time and memory are bounded by what the messages hold.
// `strftime_now` tells the same day always (26 July 2024): a result must not depend on the day it was
// computed.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/chat_template.h"

namespace qinglan {

struct ChatMessage {
  std::string role;  // system | user | assistant
  std::string content;
};

using Conversation = std::vector<ChatMessage>;

class ChatTemplate {
 public:
  // Throws Error{unsupported} with file and line for a template that cannot be read, Error{invalid_input} for
  // one over 1 MiB.
  explicit ChatTemplate(ChatTemplateSource source);
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  // What transformers' apply_chat_template(messages, tokenize=False, add_generation_prompt=...) gives: a text
  // holds its own special tokens, so it is encoded without adding any. Throws Error{unsupported}: something
  // of Jinja that is not there, with file and line; Error{invalid_input}: the template refuses these messages
  // (raise_exception), or it takes more work than a chat template can need, or a message is not UTF-8.
  std::vector<std::string> render(std::span<const Conversation> conversations,
                                  bool add_generation_prompt) const;
  std::string render(const Conversation& conversation, bool add_generation_prompt) const;

 private:
  struct Engine;
  ChatTemplateSource source_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace qinglan
