#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "record/record.h"

// A record that is accepted must be written and read again to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  try {
    const Json json = parse_json({reinterpret_cast<const char*>(data), size}, "fuzz");
    const Json written = to_json(record_from_json(json, "fuzz"));
    if (to_json(record_from_json(written, "fuzz")) != written) __builtin_trap();
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
