#include "io/gguf_writer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "io/gguf_metadata.h"
#include "io/half.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

constexpr std::uint64_t kAlignment = 32;

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_text(std::string& out, std::string_view text) {
  put<std::uint64_t>(out, text.size());
  out += text;
}

template <typename T>
std::string plain(ValueType type, T value) {
  std::string entry;
  put(entry, type);
  put(entry, value);
  return entry;
}

template <typename T>
std::string array(ValueType type, const std::vector<T>& values) {
  std::string entry;
  put(entry, ValueType::array);
  put(entry, type);
  put<std::uint64_t>(entry, values.size());
  for (const auto& value : values) {
    if constexpr (std::is_same_v<T, std::string>)
      put_text(entry, value);
    else
      put(entry, value);
  }
  return entry;
}

std::uint32_t type_number(DType dtype) {
  if (const auto number = info_of(dtype).gguf_type) return *number;
  throw Error(ErrorKind::unsupported, "GGUF has no tensors of this type").found(info_of(dtype).name);
}

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return static_cast<std::uint16_t>((bits >> 16) | 64);  // NaN stays one
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// IEEE binary32 to binary16, to nearest, ties to even.
std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return static_cast<std::uint16_t>(sign | 0x7e00);
  if (magnitude >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);  // rounds to 65536 or more
  if (magnitude < 0x38800000) {  // a subnormal half: units of 2^-24
    const double units = std::ldexp(static_cast<double>(std::bit_cast<float>(magnitude)), 24);
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(units)));
  }
  const std::uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000) >> 13));
}

void put_q8_block(std::string& out, std::span<const float> block) {
  float largest = 0;
  for (const float value : block) largest = std::max(largest, std::fabs(value));
  const float scale = largest / 127.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  const std::uint16_t half = to_half(scale);
  QL_CHECK(std::isfinite(half_to_float(half)), "a weight is too large for Q8_0");
  put(out, half);
  for (const float value : block) put(out, static_cast<std::int8_t>(std::round(value * inverse)));
}

std::uint64_t aligned(std::uint64_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

std::string encode_values(std::span<const float> values, DType dtype) {
  std::string out;
  const DTypeInfo& info = info_of(dtype);
  QL_CHECK(values.size() % info.block_elements == 0, "values are not whole blocks");
  out.reserve(values.size() / info.block_elements * info.block_bytes);
  switch (dtype) {
    case DType::f32:
      out.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
      return out;
    case DType::f16:
      for (const float value : values) put(out, to_half(value));
      return out;
    case DType::bf16:
      for (const float value : values) put(out, to_bf16(value));
      return out;
    case DType::q8_0:
      for (std::size_t i = 0; i < values.size(); i += info.block_elements)
        put_q8_block(out, values.subspan(i, info.block_elements));
      return out;
    default:
      throw Error(ErrorKind::unsupported, "weights cannot be written in this type").found(info.name);
  }
}

void GgufWriter::add_entry(const std::string& key, std::string_view type_and_value) {
  QL_CHECK(std::find(keys_.begin(), keys_.end(), key) == keys_.end(), "a key twice: " + key);
  keys_.push_back(key);
  put_text(entries_, key);
  entries_ += type_and_value;
}

void GgufWriter::set(const std::string& key, std::uint32_t value) {
  add_entry(key, plain(ValueType::u32, value));
}
void GgufWriter::set(const std::string& key, std::int32_t value) {
  add_entry(key, plain(ValueType::i32, value));
}
void GgufWriter::set(const std::string& key, float value) { add_entry(key, plain(ValueType::f32, value)); }
void GgufWriter::set(const std::string& key, bool value) {
  add_entry(key, plain<std::uint8_t>(ValueType::boolean, value ? 1 : 0));
}
void GgufWriter::set(const std::string& key, const std::string& value) {
  std::string entry;
  put(entry, ValueType::text);
  put_text(entry, value);
  add_entry(key, entry);
}
void GgufWriter::set(const std::string& key, const std::vector<std::string>& values) {
  add_entry(key, array(ValueType::text, values));
}
void GgufWriter::set(const std::string& key, const std::vector<std::int32_t>& values) {
  add_entry(key, array(ValueType::i32, values));
}
void GgufWriter::set(const std::string& key, const std::vector<float>& values) {
  add_entry(key, array(ValueType::f32, values));
}

void GgufWriter::copy(const GgufFile& file, const std::string& key) {
  const auto bytes = file.stored_value(key);
  add_entry(key, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void GgufWriter::add(const std::string& name, DType dtype, std::vector<std::int64_t> shape,
                     std::string bytes) {
  type_number(dtype);
  QL_CHECK(bytes.size() == storage_bytes(dtype, shape), "tensor bytes do not fit the shape of " + name);
  tensors_.push_back({name, dtype, std::move(shape), std::move(bytes)});
}

void GgufWriter::write(FileSystem& fs, const std::string& path) const {
  std::string out = "GGUF";
  put<std::uint32_t>(out, 3);
  put<std::uint64_t>(out, tensors_.size());
  put<std::uint64_t>(out, keys_.size());
  out += entries_;
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors_) {
    put_text(out, tensor.name);
    put(out, static_cast<std::uint32_t>(tensor.shape.size()));
    for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size) put(out, *size);
    put(out, type_number(tensor.dtype));
    put(out, offset);
    offset += aligned(tensor.bytes.size());
  }
  out.resize(aligned(out.size()), '\0');
  const std::string padding(kAlignment, '\0');
  std::vector<std::string_view> pieces{out};
  for (const auto& tensor : tensors_) {
    pieces.push_back(tensor.bytes);
    pieces.emplace_back(padding.data(), aligned(tensor.bytes.size()) - tensor.bytes.size());
  }
  fs.write_pieces(path, pieces);
}

}  // namespace qinglan
