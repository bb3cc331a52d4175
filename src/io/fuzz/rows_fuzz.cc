// libFuzzer entry: the first byte picks a reader, the rest is its input; it gives rows or an Error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "io/gzip.h"
#include "io/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::uint64_t kLimit = 1 << 20;
  try {
    switch (data[0] % 4) {
      case 0:
        qinglan::parse_jsonl(text, "fuzz");
        break;
      case 1:
        qinglan::parse_delimited(text, ',', "fuzz");
        break;
      case 2:
        qinglan::parse_delimited(text, '\t', "fuzz");
        break;
      default:
        qinglan::parse_jsonl(qinglan::gunzip(text, "fuzz", kLimit), "fuzz");
    }
  } catch (const qinglan::Error& error) {
    if (error.kind() == qinglan::ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
