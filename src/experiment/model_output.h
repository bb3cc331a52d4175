#pragma once
// One text through a model in fp32: what a worker is asked, and its answer.
//   qinglan-worker logits '{"model": path, "threads": n, "tokens": [ids]}'
// answers on standard output with one line, {"shape": [...], "values": [...]}, or {"kind", "message"} of an
// error and exit code 1.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct ModelOutputRequest {
  std::string model;  // a .gguf file or a Hugging Face folder
  std::vector<std::int32_t> tokens;
  std::int64_t threads = 1;
};

Json to_json(const ModelOutputRequest& request);
ModelOutputRequest output_request_from_json(const Json& json, const std::string& source);

// "5,9,2" as ids of the model at `path`. Throws Error{usage} for none, for what is no number or outside the
// vocabulary, and for more than the model reads; and what resolve_model throws.
std::vector<std::int32_t> parse_tokens(const std::string& text, const std::string& path);

// The worker's answer as it wrote it: a decoder's logits of the last position, shape [V], or an encoder's
// last hidden state of every position, [T, C]; the shortest digits that give the same fp32 again. Throws the
// worker's error.
std::string model_output(const std::string& worker, const ModelOutputRequest& request);

}  // namespace qinglan
