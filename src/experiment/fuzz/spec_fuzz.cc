#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "experiment/spec.h"

// A spec is read or refused by name; nothing else may come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  try {
    parse_spec(std::string(reinterpret_cast<const char*>(data), size), "fuzz.toml");
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
