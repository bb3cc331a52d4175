// Any bytes are either a GGUF file of a model whose shape can be computed with, or an Error.

#include "base/error.h"
#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "io/fuzz/gguf_mutator.h"
#include "io/gguf.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  return qinglan::fuzz::mutate_gguf(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    const ModelConfig config = config_from_gguf(GgufFile::from_bytes({bytes, bytes + size}, "fuzz"));
    if (parameter_count(config) <= 0) __builtin_trap();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
