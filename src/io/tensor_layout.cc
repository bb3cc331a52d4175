#include "io/tensor_layout.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::string_view kConvert =
    "pickle can run code when it is read, so it is never read here: convert it once with "
    "safetensors.torch.save_file";

struct Magic {
  std::string_view bytes;
  std::string_view what;
  std::string_view way_out;
};

constexpr std::string_view kFetchAgain = "a server answered with a page in place of the file: fetch it again";

using namespace std::string_view_literals;
constexpr Magic kMagics[] = {
    {"PK\x03\x04"sv, "a zip archive (a PyTorch checkpoint, which holds pickle)", kConvert},
    {"\x80\x02"sv, "a pickle file", kConvert},
    {"\x80\x03"sv, "a pickle file", kConvert},
    {"\x80\x04"sv, "a pickle file", kConvert},
    {"\x80\x05"sv, "a pickle file", kConvert},
    {"GGUF"sv, "a GGUF file", "give its name the ending .gguf"},
    {"ggml"sv, "a file of ggml's first format", "convert it to GGUF with llama.cpp"},
    {"lmgg"sv, "a file of ggml's first format", "convert it to GGUF with llama.cpp"},
    {"fmgg"sv, "a file of ggml's second format", "convert it to GGUF with llama.cpp"},
    {"tjgg"sv, "a file of ggml's third format", "convert it to GGUF with llama.cpp"},
    {"version https://git-lfs"sv, "a Git LFS pointer, not the file itself",
     "fetch the file with `git lfs pull`"},
    {"\x1f\x8b"sv, "a gzip file", "unpack it first"},
    {"\x28\xb5\x2f\xfd"sv, "a zstd file", "unpack it first"},
    {"\xfd"
     "7zXZ"sv,
     "an xz file", "unpack it first"},
    {"BZh"sv, "a bzip2 file", "unpack it first"},
    {"\x89HDF"sv, "an HDF5 file", "convert it to safetensors"},
    {"\x93NUMPY"sv, "a NumPy array", "convert it to safetensors"},
    {"ARROW1"sv, "an Arrow file", "a data set, not weights: give it as data"},
    {"\xff\xff\xff\xff"sv, "an Arrow IPC stream", "a data set, not weights: give it as data"},
    {"PAR1"sv, "a Parquet file", "a data set, not weights: give it as data"},
    {"<!DOCTYPE"sv, "an HTML page", kFetchAgain},
    {"<!doctype"sv, "an HTML page", kFetchAgain},
    {"<html"sv, "an HTML page", kFetchAgain},
};

// "the bytes 47 47 55 58": the first few.
std::string first_bytes(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "an empty file";
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "the bytes";
  for (const std::byte byte : bytes.first(std::min<std::size_t>(8, bytes.size()))) {
    text += ' ';
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace

std::optional<std::uint64_t> storage_bytes(DType dtype, const std::vector<std::int64_t>& shape) {
  const DTypeInfo& info = info_of(dtype);
  std::uint64_t elements = 1;
  for (const std::int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(elements, static_cast<std::uint64_t>(size), &elements))
      return std::nullopt;
  if (elements > INT64_MAX) return std::nullopt;
  const std::uint64_t inner = shape.empty() ? 1 : static_cast<std::uint64_t>(shape.back());
  if (inner % info.block_elements != 0) return std::nullopt;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(elements / info.block_elements, info.block_bytes, &bytes)) return std::nullopt;
  return bytes;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

void refuse_format(std::span<const std::byte> bytes, const std::string& path, const std::string& expected) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Magic& magic : kMagics)
    if (text.starts_with(magic.bytes))
      throw Error(ErrorKind::unsupported, "the file is of another format")
          .in(path)
          .expected(expected)
          .found(std::string(magic.what))
          .hint(std::string(magic.way_out));
  throw Error(ErrorKind::corrupt_data, "not " + expected).in(path).offset(0).found(first_bytes(bytes));
}

}  // namespace qinglan
