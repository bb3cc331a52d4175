// libFuzzer entry: any bytes are either a gguf file whose tensors can be read, or an Error.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "io/fuzz/gguf_mutator.h"
#include "io/gguf.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  return qinglan::fuzz::mutate_gguf(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    const auto file = qinglan::GgufFile::from_bytes({bytes, bytes + size}, "fuzz");
    for (const auto& [name, view] : file.tensors()) {
      std::vector<float> values(static_cast<std::size_t>(view.elements()));
      qinglan::to_float(view, values);
    }
  } catch (const qinglan::Error& error) {
    if (error.kind() == qinglan::ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
