#pragma once
// A LoRA adapter as the PEFT library loads it: adapter_config.json and adapter_model.safetensors.

#include <string>
#include <vector>

#include "export/exported_student.h"
#include "io/file_system.h"

namespace qinglan {

// The adapter's matrices by the modules of Hugging Face's model. Where that keeps q, k and v in one module,
// it has one pair of three times the rank: A is the three stacked, B is block-diagonal (its rows in the
// module's order), and alpha is three times as large, so that alpha / r and with it the map stay the same.
struct PeftTensors {
  std::vector<NamedTensor> tensors;  // "<module>.lora_A.weight" [r, in], "<module>.lora_B.weight" [out, r]
  std::vector<std::string> target_modules;  // names below a layer, of the first layer
  std::string fused;                        // the module that holds q, k and v; empty: three modules
};
PeftTensors peft_tensors(const Backbone& backbone, const LoraAdapter& adapter);

// `base`: what the adapter stands on, written into its config. The classifier is saved in the adapter where
// the base's class takes it (HeadForm::score), else apart. Throws Error{usage} when the student has no
// adapter.
void write_peft_adapter(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                        const std::string& base);

}  // namespace qinglan
