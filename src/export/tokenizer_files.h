#pragma once
// tokenizer.json and tokenizer_config.json of an export, and the token that pads.

#include <cstdint>
#include <string>

#include "base/json.h"
#include "export/exported_student.h"
#include "io/file_system.h"

namespace qinglan {

// The token that fills short rows up: the model's own padding token, else its end, begin or unknown token;
// never one that the tokenizer puts after a text, because Hugging Face's decoders classify the last token
// that is not padding.
struct PadToken {
  std::int32_t id;
  std::string text;
};
// Throws Error{unsupported} when no token fits.
PadToken pad_token_of(const LoadedModel& model);

// Texts are cut as they were in training, and padded on the right.
void write_tokenizer(FileSystem& fs, const std::string& folder, const ExportedStudent& student);

}  // namespace qinglan
