#pragma once
// Inside export/: the keys of a GGUF file made for a model that came as a Hugging Face folder.

#include "io/gguf_writer.h"
#include "model/load.h"

namespace qinglan {

// Architecture, sizes, rotary embedding (divisors become the tensor rope_freqs.weight) and tokenizer. Throws
// Error{unsupported} with the reason.
void add_gguf_keys(GgufWriter& writer, const LoadedModel& model);

}  // namespace qinglan
