#pragma once
// What an export says of itself: qinglan.json for programs and README.md, a model card with the Python that
// loads it.

#include <string>

#include "export/exported_student.h"
#include "io/file_system.h"

namespace qinglan {

enum class ExportFormat { hf, peft, gguf };
const char* name_of(ExportFormat format);
// Throws Error{usage} that lists them.
ExportFormat export_format_named(const std::string& name);

// qinglan.json holds the card's entries (experiment/export.h makes them) and "format", "classes",
// "max_tokens", "truncate", "depth", "layers", "pooling", "rounded" (pooled states go through bf16), "trunk"
// (the run rounded states below the trained blocks), "head" (score, pooler or apart), "pad_token_id", of an
// adapter "base_model", and of a student that read messages "chat": {"system", "head", "tail": tokens of a
// prompt that no cut takes}. The README's Python defines logits(texts) -> [n, K] and is run by the tests.
void write_card(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                ExportFormat format, const std::string& base);

}  // namespace qinglan
