#pragma once
// A folder that Hugging Face loads: config.json, safetensors, tokenizer; the classifier within the model
// where a class computes the same (exported_student.h), else AutoModel with the head apart.

#include <string>

#include "export/exported_student.h"
#include "io/file_system.h"

namespace qinglan {

// What the weights of the folder are for.
enum class HfPart {
  student,  // adapter folded in, classifier where one fits
  base,     // the untrained backbone alone, for a PEFT adapter to stand on
};

// `folder` is there and empty. `dtype` fp32 or bf16. Throws Error{unsupported} for a model without a Hugging
// Face form.
void write_hf_folder(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                     torch::Dtype dtype, HfPart part = HfPart::student);

// head.safetensors.
void write_head(FileSystem& fs, const std::string& folder, const ExportedStudent& student);

}  // namespace qinglan
