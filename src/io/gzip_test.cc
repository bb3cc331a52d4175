#include "io/gzip.h"

#include <zlib.h>

#include "io/test_support.h"

namespace qinglan {
namespace {

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 40;

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(Gzip, MembersAndPadding) {
  EXPECT_EQ(gunzip(gzip("hello"), "t.gz", kNoLimit), "hello");
  EXPECT_EQ(gunzip(gzip(""), "t.gz", kNoLimit), "");
  EXPECT_EQ(gunzip(gzip("one ") + gzip("") + gzip("two"), "t.gz", kNoLimit), "one two");
  EXPECT_EQ(gunzip(gzip("one") + std::string(512, '\0'), "t.gz", kNoLimit), "one");
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(gunzip(gzip(large), "t.gz", kNoLimit), large);
}

TEST(Gzip, CutAtEveryByte) {
  const std::string packed = gzip("a text that is long enough to be cut in many places, 0123456789");
  for (std::size_t size = 0; size < packed.size(); ++size)
    expect_error(ErrorKind::corrupt_data, {"t.gz", "ends too early"},
                 [&] { gunzip(packed.substr(0, size), "t.gz", kNoLimit); });
  for (std::size_t size = 1; size < packed.size(); ++size)  // a cut second member
    expect_error(ErrorKind::corrupt_data, {"ends too early"},
                 [&] { gunzip(packed + packed.substr(0, size), "t.gz", kNoLimit); });
}

TEST(Gzip, DamageIsSeen) {
  const std::string text = "a text with some length, so that there is something to damage in it";
  const std::string packed = gzip(text);
  for (std::size_t at = 10; at < packed.size(); ++at) {  // behind the header, where the checksum looks
    std::string bad = packed;
    bad[at] ^= 0x10;
    if (at == packed.size() - 9)
      continue;  // the last bits of the deflate stream are padding: nothing to damage
    expect_error(ErrorKind::corrupt_data, {"t.gz"}, [&] { gunzip(bad, "t.gz", kNoLimit); });
  }
  expect_error(ErrorKind::corrupt_data, {"damaged"}, [&] { gunzip("not gzip at all", "t.gz", kNoLimit); });
  expect_error(ErrorKind::corrupt_data, {"damaged"}, [&] { gunzip(packed + "garbage", "t.gz", kNoLimit); });
}

TEST(Gzip, LimitHoldsAgainstBombs) {
  const std::string packed = gzip(std::string(1000, 'a'));
  EXPECT_EQ(gunzip(packed, "t.gz", 1000).size(), 1000u);
  expect_error(ErrorKind::corrupt_data, {"larger than allowed", "at most 999 bytes"},
               [&] { gunzip(packed, "t.gz", 999); });
  expect_error(ErrorKind::corrupt_data, {"larger than allowed"}, [&] { gunzip(packed, "t.gz", 0); });
  const std::string bomb = gzip(std::string(100'000'000, '\0'));
  ASSERT_LT(bomb.size(), 200'000u);
  expect_error(ErrorKind::corrupt_data, {"larger than allowed"}, [&] { gunzip(bomb, "t.gz", 1 << 20); });
}

TEST(Gzip, DamagedStreamsAreReadOrRefused) {
  const std::string packed = gzip("the quick brown fox jumps over the lazy dog, twice: the quick brown fox");
  EXPECT_GT(
      count_refused_mutants(packed, 20000, [](const std::string& bad) { gunzip(bad, "t.gz", 1 << 20); }),
      10000);
}

}  // namespace
}  // namespace qinglan
