// Any text is either an index whose shards are plain names of safetensors files, or an Error.

#include "base/error.h"
#include "base/fuzz/json_mutator.h"
#include "catalog/weight_index.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  using namespace qinglan::fuzz;
  Dice dice(seed);
  const std::string text(reinterpret_cast<const char*>(data), size);
  return deliver(
      mutate_json(text, most, {"weight_map", "metadata", "total_size", "a.weight", "b.weight"}, dice), data,
      most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  try {
    for (const auto& [weight, shard] :
         parse_weight_index({reinterpret_cast<const char*>(data), size}, "fuzz"))
      if (shard.find('/') != std::string::npos || shard.find('\0') != std::string::npos) __builtin_trap();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
