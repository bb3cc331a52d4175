#pragma once
// The chat template that a model's files carry: Jinja text and the special tokens it may name. Read without a
// template engine; text/chat.h renders it.

#include <map>
#include <optional>
#include <string>

namespace qinglan {

struct ChatTemplateSource {
  std::string text;  // Jinja
  std::string file;  // it was read from
  std::map<std::string, std::string>
      tokens;  // "bos_token" -> "<s>", as Hugging Face hands them to the template
};

// `tokenizer_path` as ModelSource has it: a Hugging Face folder (chat_template.jinja, else `chat_template` of
// tokenizer_config.json: a text, or a list of named ones of which "default" is taken), a tokenizer.json of
// one, or a .gguf (`tokenizer.chat_template`). Nothing where the model has none. Throws Error{io |
// corrupt_data}, and Error{unsupported} for a list without a default.
std::optional<ChatTemplateSource> find_chat_template(const std::string& tokenizer_path);

// SHA-256 of the template and the tokens; where they lie does not enter.
std::string digest_of(const ChatTemplateSource& source);

}  // namespace qinglan
