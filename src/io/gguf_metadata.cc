#include "io/gguf_metadata.h"

#include <bit>
#include <limits>
#include <utility>
#include <vector>

namespace qinglan {
namespace {

constexpr char kAlignmentKey[] = "general.alignment";

std::uint64_t least_bytes(ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::i8:
    case ValueType::boolean:
      return 1;
    case ValueType::u16:
    case ValueType::i16:
      return 2;
    case ValueType::u32:
    case ValueType::i32:
    case ValueType::f32:
      return 4;
    default:  // a text is at least its length
      return 8;
  }
}

ValueType read_type(ByteReader& reader, const std::string& key) {
  const std::uint64_t at = reader.offset();
  const auto id = reader.number<std::uint32_t>("a value type");
  if (id > static_cast<std::uint32_t>(ValueType::f64))
    throw reader.corrupt("key '" + key + "' has an unknown value type", at)
        .expected("0 to 12")
        .found(std::to_string(id));
  return static_cast<ValueType>(id);
}

std::int64_t read_integer(ByteReader& reader, ValueType type, const std::string& key) {
  constexpr char kWhat[] = "an integer value";
  switch (type) {
    case ValueType::u8:
      return reader.number<std::uint8_t>(kWhat);
    case ValueType::i8:
      return reader.number<std::int8_t>(kWhat);
    case ValueType::u16:
      return reader.number<std::uint16_t>(kWhat);
    case ValueType::i16:
      return reader.number<std::int16_t>(kWhat);
    case ValueType::u32:
      return reader.number<std::uint32_t>(kWhat);
    case ValueType::i32:
      return reader.number<std::int32_t>(kWhat);
    case ValueType::i64:
      return reader.number<std::int64_t>(kWhat);
    default:
      break;
  }
  const std::uint64_t at = reader.offset();
  const auto value = reader.number<std::uint64_t>(kWhat);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw reader.corrupt("key '" + key + "' holds an integer of 2^63 or more", at)
        .found(std::to_string(value));
  return static_cast<std::int64_t>(value);
}

double read_real(ByteReader& reader, ValueType type) {
  return type == ValueType::f32 ? reader.number<float>("a floating-point value")
                                : reader.number<double>("a floating-point value");
}

bool read_boolean(ByteReader& reader, const std::string& key) {
  const std::uint64_t at = reader.offset();
  const auto value = reader.number<std::uint8_t>("a boolean value");
  if (value > 1)
    throw reader.corrupt("key '" + key + "' holds a boolean that is neither 0 nor 1", at)
        .found(std::to_string(value));
  return value == 1;
}

template <typename T, typename Read>
std::vector<T> read_items(std::uint64_t count, Read read) {
  std::vector<T> items;
  items.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) items.push_back(read());
  return items;
}

GgufValue read_array(ByteReader& reader, const std::string& key) {
  const std::uint64_t at = reader.offset();
  const ValueType type = read_type(reader, key);
  if (type == ValueType::array)
    throw reader.corrupt("key '" + key + "' holds an array of arrays", at).expected("plain values");
  const std::uint64_t count = reader.count("an array length", least_bytes(type));
  switch (type) {
    case ValueType::text:
      return read_items<std::string>(count, [&] { return reader.text("a string in an array"); });
    case ValueType::boolean:
      return read_items<bool>(count, [&] { return read_boolean(reader, key); });
    case ValueType::f32:
    case ValueType::f64:
      return read_items<double>(count, [&] { return read_real(reader, type); });
    default:
      return read_items<std::int64_t>(count, [&] { return read_integer(reader, type, key); });
  }
}

GgufValue read_value(ByteReader& reader, ValueType type, const std::string& key) {
  switch (type) {
    case ValueType::array:
      return read_array(reader, key);
    case ValueType::text:
      return reader.text("a string value");
    case ValueType::boolean:
      return read_boolean(reader, key);
    case ValueType::f32:
    case ValueType::f64:
      return read_real(reader, type);
    default:
      return read_integer(reader, type, key);
  }
}

}  // namespace

GgufMetadata read_gguf_metadata(ByteReader& reader, std::uint64_t count) {
  GgufMetadata metadata;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = reader.offset();
    std::string key = reader.text("a key");
    const std::uint64_t begin = reader.offset();
    const ValueType type = read_type(reader, key);
    GgufValue value = read_value(reader, type, key);
    metadata.stored[key] = {begin, reader.offset()};
    if (key == kAlignmentKey) {
      metadata.alignment =
          type == ValueType::u32 ? static_cast<std::uint64_t>(std::get<std::int64_t>(value)) : 0;
      if (!std::has_single_bit(metadata.alignment))
        throw reader.corrupt(key + " is wrong", at).expected("a power of two as a 32-bit unsigned integer");
    }
    const auto [entry, is_new] = metadata.values.emplace(std::move(key), std::move(value));
    if (!is_new) throw reader.corrupt("key '" + entry->first + "' is there twice", at);
  }
  return metadata;
}

const char* type_text(const GgufValue& value) {
  static constexpr const char* kTexts[] = {"an integer",         "a number",           "true or false",
                                           "a string",           "a list of integers", "a list of numbers",
                                           "a list of booleans", "a list of strings"};
  static_assert(std::size(kTexts) == std::variant_size_v<GgufValue>);
  return kTexts[value.index()];
}

}  // namespace qinglan
