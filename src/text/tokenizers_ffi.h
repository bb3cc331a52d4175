#pragma once
// The C ABI of src/text/tokenizers_ffi/src/lib.rs and chat.rs; the comments there are the contract.

#include <cstddef>
#include <cstdint>

extern "C" {
struct QlTokenizer;
struct QlIds {
  std::uint32_t* ids;
  std::size_t ids_len;
  std::size_t* offsets;
  std::size_t offsets_len;
};
struct QlText {
  const char* data;
  std::size_t len;
};
QlTokenizer* ql_tokenizer_load(const char* json, std::size_t len, char** error);
void ql_tokenizer_free(QlTokenizer* tokenizer);
int ql_tokenizer_encode(const QlTokenizer* tokenizer, const QlText* texts, std::size_t count, int add_special,
                        QlIds* out, char** error);
void ql_ids_free(QlIds ids);
std::int64_t ql_tokenizer_token_id(const QlTokenizer* tokenizer, const char* token, std::size_t len);
std::int64_t ql_tokenizer_vocab_size(const QlTokenizer* tokenizer);
char* ql_tokenizer_decode(const QlTokenizer* tokenizer, const std::uint32_t* ids, std::size_t count,
                          int skip_special, char** error);
void ql_string_free(char* text);

struct QlChat;
enum QlChatResult { QL_CHAT_DONE = 0, QL_CHAT_UNSUPPORTED = 1, QL_CHAT_REFUSED = 2, QL_CHAT_TOO_MUCH = 3 };
int ql_chat_load(const char* source, std::size_t len, QlChat** out, std::size_t* line, char** reason);
void ql_chat_free(QlChat* chat);
int ql_chat_render(QlChat* chat, const char* context, std::size_t len, char** text, std::size_t* text_len,
                   std::size_t* line, char** reason);
void ql_bytes_free(char* data, std::size_t len);
}
