#include "io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater(std::string_view packed, const std::string& source, std::uint64_t limit)
      : packed_(packed),
        source_(source),
        limit_(std::min(limit, std::numeric_limits<std::uint64_t>::max() - 1)) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK)
      throw Error(ErrorKind::out_of_memory, "zlib did not start");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string run() {
    do {
      one_member();
    } while (used_ < packed_.size() && packed_.find_first_not_of('\0', used_) != std::string_view::npos);
    out_.resize(written_);
    return std::move(out_);
  }

 private:
  void one_member() {
    inflateReset(&stream_);
    int status = Z_OK;
    while (status != Z_STREAM_END) {
      status = step();
      if (status == Z_STREAM_END) return;
      if (status == Z_MEM_ERROR) throw Error(ErrorKind::out_of_memory, "zlib has no memory").in(source_);
      if (status != Z_OK && status != Z_BUF_ERROR)
        throw corrupt("the gzip stream is damaged").found(stream_.msg ? stream_.msg : "no reason given");
      if (used_ == packed_.size() && stream_.avail_out > 0)
        throw corrupt("the gzip stream ends too early").hint("the file is cut short: fetch it again");
    }
  }

  int step() {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    // One byte more than the limit, so that going past it is seen.
    if (written_ == out_.size())
      out_.resize(std::min<std::uint64_t>(limit_ + 1, std::max<std::size_t>(1 << 16, out_.size() * 2)));
    const auto in = static_cast<uInt>(std::min(packed_.size() - used_, kMost));
    const auto room = static_cast<uInt>(std::min(out_.size() - written_, kMost));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data() + used_));
    stream_.avail_in = in;
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data() + written_);
    stream_.avail_out = room;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    used_ += in - stream_.avail_in;
    written_ += room - stream_.avail_out;
    if (written_ > limit_)
      throw corrupt("unpacked, the file is larger than allowed")
          .expected("at most " + std::to_string(limit_) + " bytes");
    return status;
  }

  Error corrupt(std::string message) const {
    return Error(ErrorKind::corrupt_data, std::move(message)).in(source_).offset(used_);
  }

  std::string_view packed_;
  const std::string& source_;
  std::uint64_t limit_;
  std::size_t used_ = 0, written_ = 0;
  std::string out_;
  z_stream stream_{};
};

}  // namespace

std::string gunzip(std::string_view packed, const std::string& source, std::uint64_t limit) {
  return Inflater(packed, source, limit).run();
}

}  // namespace qinglan
