// libFuzzer entry: any bytes are either a safetensors file whose tensors can be read, or an Error.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fuzz/json_mutator.h"
#include "io/safetensors.h"

// Changes the header as JSON and sets its length again; now and then the data's size, or any bytes.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  using namespace qinglan::fuzz;
  Dice dice(seed);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  std::uint64_t length = 0;
  if (size >= 8) std::memcpy(&length, data, 8);
  if (size < 8 || length > size - 8 || below(dice, 8) == 0)
    return deliver(mutate_bytes(bytes, most), data, most);
  std::string header = bytes.substr(8, length), rest = bytes.substr(8 + length);
  if (below(dice, 4) == 0)
    rest.resize(below(dice, 2) ? rest.size() + 1 + below(dice, 16) : below(dice, rest.size() + 1));
  else
    header = mutate_json(header, most, {"a", "b", "__metadata__", "dtype", "shape", "data_offsets"}, dice);
  length = header.size();
  bytes.assign(reinterpret_cast<const char*>(&length), 8);
  return deliver(bytes + header + rest, data, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    const auto file = qinglan::SafetensorsFile::from_bytes({bytes, bytes + size}, "fuzz");
    for (const auto& [name, view] : file.tensors()) {
      std::vector<float> values(static_cast<std::size_t>(view.elements()));
      qinglan::to_float(view, values);
    }
  } catch (const qinglan::Error& error) {
    if (error.kind() == qinglan::ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
