#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

// What parses must print and parse again to the same value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  try {
    const Json value = parse_json({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (parse_json(canonical_json(value), "fuzz") != value) __builtin_trap();
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
