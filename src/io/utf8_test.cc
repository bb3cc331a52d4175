#include "io/utf8.h"

#include <gtest/gtest.h>

namespace qinglan {
namespace {

std::string encode(std::uint32_t code) {  // no check: also encodes what UTF-8 forbids
  std::string text;
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      text += static_cast<char>(0xe0 | (code >> 12));
    } else {
      text += static_cast<char>(0xf0 | (code >> 18));
      text += static_cast<char>(0x80 | ((code >> 12) & 63));
    }
    text += static_cast<char>(0x80 | ((code >> 6) & 63));
  }
  return text + static_cast<char>(0x80 | (code & 63));
}

TEST(Utf8, EveryCodePoint) {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    const bool valid = code < 0x110000 && (code < 0xd800 || code > 0xdfff);
    ASSERT_EQ(is_valid_utf8(encode(code)), valid) << std::hex << code;
  }
}

TEST(Utf8, OverlongCutAndStrayBytes) {
  using namespace std::string_literals;
  for (const std::string& bad :
       {"\xc0\x80"s, "\xc1\xbf"s, "\xe0\x80\x80"s, "\xe0\x9f\xbf"s, "\xf0\x80\x80\x80"s, "\xf0\x8f\xbf\xbf"s,
        "\xf5\x80\x80\x80"s, "\xff"s, "\x80"s, "\xc3"s, "\xe9\x9d"s, "\xf0\x9f\x98"s,
        "\xe9\x9d"
        "a"s,
        "\xc3\xc3"s})
    EXPECT_FALSE(is_valid_utf8(bad));
}

// A bad byte at every place of texts long enough for the fast path.
TEST(Utf8, FindsTheFirstBadByteAnywhere) {
  for (const std::size_t size : {1u, 31u, 32u, 33u, 100u})
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos);
      text[at] = '\xfe';
      EXPECT_EQ(find_invalid_utf8(text), at);
    }
  EXPECT_EQ(find_invalid_utf8("青蓝\xff"), 6u);
}

TEST(Latin1, EveryByteBecomesItsCodePoint) {
  for (std::uint32_t code = 0; code < 256; ++code)
    EXPECT_EQ(latin1_to_utf8(std::string(1, static_cast<char>(code))), encode(code));
  EXPECT_EQ(latin1_to_utf8("caf\xe9!"), "café!");
}

}  // namespace
}  // namespace qinglan
