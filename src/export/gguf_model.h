#pragma once
// model.gguf of a student's backbone, adapter folded in, for llama.cpp and what is built on it. The head
// stays apart (head.safetensors): llama.cpp refuses a file with a tensor that its graph of the architecture
// has not, and those of decoders have no classifier. "<architecture>.pooling_type" says which state the head
// takes.

#include <string>

#include "export/exported_student.h"
#include "io/dtype.h"
#include "io/file_system.h"

namespace qinglan {

// Matrices in `dtype` (F32, F16, BF16, Q8_0; where rows are not whole Q8_0 blocks, F16), vectors and tables
// of positions in F32. Keys come from the base's own file, else they are made from its config and tokenizer:
// Llama, Mistral without a window, Qwen2 and Qwen3 with a byte-level BPE tokenizer whose splitting llama.cpp
// has a name for. Throws Error{unsupported} for others, with the reason.
void write_gguf_model(FileSystem& fs, const std::string& path, const ExportedStudent& student, DType dtype);

}  // namespace qinglan
