#include "io/gguf.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "io/byte_reader.h"
#include "io/gguf_metadata.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

constexpr std::uint32_t kMaxDimensions = 4;
// What the smallest entry of each table takes: key length + type + one byte; name length + rank + type +
// offset.
constexpr std::uint64_t kLeastKeyBytes = 13;
constexpr std::uint64_t kLeastTensorBytes = 24;

struct TensorType {
  std::uint32_t id;  // ggml's
  std::string_view name;
};

constexpr TensorType kUnreadable[] = {
    {4, "Q4_2"},    {5, "Q4_3"},     {9, "Q8_1"},        {15, "Q8_K"},       {16, "IQ2_XXS"},
    {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"},      {21, "IQ3_S"},      {22, "IQ2_S"},
    {23, "IQ4_XS"}, {29, "IQ1_M"},   {31, "Q4_0_4_4"},   {32, "Q4_0_4_8"},   {33, "Q4_0_8_8"},
    {34, "TQ1_0"},  {35, "TQ2_0"},   {36, "IQ4_NL_4_4"}, {37, "IQ4_NL_4_8"}, {38, "IQ4_NL_8_8"},
    {39, "MXFP4"},  {40, "NVFP4"},   {41, "Q1_0"},
};

DType read_tensor_type(ByteReader& reader, const std::string& name) {
  const std::uint64_t at = reader.offset();
  const auto id = reader.number<std::uint32_t>("a tensor type");
  for (const DTypeInfo& known : dtypes())
    if (known.gguf_type == id) return known.dtype;
  std::string found = "type " + std::to_string(id) + ", unknown to this build";
  for (const TensorType& type : kUnreadable)
    if (type.id == id) found = type.name;
  throw Error(ErrorKind::unsupported, "tensor '" + name + "' has an element type that this build cannot read")
      .in(reader.path())
      .offset(at)
      .expected("F32, F16, BF16, Q8_0, Q4_0 to Q5_1, Q2_K to Q6_K or IQ4_NL")
      .found(found)
      .hint("take the model in one of these types");
}

void read_version(ByteReader& reader) {
  const std::uint64_t at = reader.offset();
  const auto version = reader.number<std::uint32_t>("the version");
  if (version == 2 || version == 3) return;
  Error error(ErrorKind::unsupported, "this version of GGUF cannot be read");
  error.in(reader.path()).offset(at).expected("2 or 3").found(std::to_string(version));
  if (version != 0 && (version & 0xffff) == 0)
    error.found(std::to_string(version >> 24))
        .hint("the bytes are swapped: the file was written for big-endian machines");
  throw error;
}

// One entry of the tensor table, its offset still counted from the start of the data.
TensorView read_tensor_entry(ByteReader& reader, const std::string& name) {
  std::uint64_t at = reader.offset();
  const auto rank = reader.number<std::uint32_t>("a tensor's rank");
  if (rank > kMaxDimensions)
    throw reader.corrupt("tensor '" + name + "' has too many dimensions", at)
        .expected("at most " + std::to_string(kMaxDimensions))
        .found(std::to_string(rank));
  TensorView view;
  for (std::uint32_t i = 0; i < rank; ++i)
    view.shape.push_back(reader.number<std::int64_t>("a tensor's shape"));
  std::reverse(view.shape.begin(), view.shape.end());  // GGUF names the innermost dimension first
  view.dtype = read_tensor_type(reader, name);
  if (!storage_bytes(view.dtype, view.shape))
    throw reader.corrupt("tensor '" + name + "' has a shape that cannot be", at)
        .expected("whole blocks of " + std::to_string(info_of(view.dtype).block_elements) +
                  " that fit 64 bits")
        .found(shape_text(view.shape));
  view.offset = reader.number<std::uint64_t>("a tensor's offset");
  return view;
}

void place_tensors(TensorMap& tensors, std::uint64_t data_start, std::uint64_t alignment,
                   std::span<const std::byte> bytes, const std::string& path) {
  const std::uint64_t data_bytes = bytes.size() > data_start ? bytes.size() - data_start : 0;
  std::vector<std::pair<TensorView*, const std::string*>> order;
  order.reserve(tensors.size());
  for (auto& [name, view] : tensors) {
    const std::uint64_t size = *storage_bytes(view.dtype, view.shape);
    Error error(ErrorKind::corrupt_data, "tensor '" + name + "' lies wrong");
    error.in(path).found("offset " + std::to_string(view.offset) + ", " + std::to_string(size) + " bytes");
    if (view.offset % alignment != 0)
      throw error.expected("an offset that divides by " + std::to_string(alignment));
    if (size > data_bytes || view.offset > data_bytes - size)
      throw error.expected("an end within " + std::to_string(data_bytes) + " bytes of data")
          .hint("the file is cut short: fetch it again");
    if (size > 0) order.emplace_back(&view, &name);
    view.offset += data_start;
    view.bytes = size > 0 ? bytes.subspan(view.offset, size) : std::span<const std::byte>();
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first->offset < b.first->offset; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i - 1].first->offset + order[i - 1].first->bytes.size() > order[i].first->offset)
      throw Error(ErrorKind::corrupt_data,
                  "tensors '" + *order[i - 1].second + "' and '" + *order[i].second + "' overlap")
          .in(path)
          .offset(order[i].first->offset);
}

// Parts of a model that llama.cpp's tool split: each has some of the tensors, the first has the keys.
void refuse_part(const std::map<std::string, GgufValue>& metadata, const std::string& path) {
  const auto count = metadata.find("split.count");
  if (count == metadata.end()) return;
  const auto* parts = std::get_if<std::int64_t>(&count->second);
  if (parts && *parts <= 1) return;
  throw Error(ErrorKind::unsupported, "the file is one part of a split model")
      .in(path)
      .expected("a whole model")
      .found(parts ? "one of " + std::to_string(*parts) + " parts" : "a split.count that is no integer")
      .hint("join the parts once: llama-gguf-split --merge FIRST-PART whole.gguf");
}

template <typename T>
const T& typed(const GgufValue& value, const std::string& key, const std::string& path) {
  if (const T* found = std::get_if<T>(&value)) return *found;
  throw Error(ErrorKind::corrupt_data, "key '" + key + "'")
      .in(path)
      .expected(type_text(T()))
      .found(type_text(value));
}

}  // namespace

GgufFile GgufFile::open(const std::string& path) { return GgufFile(MappedFile::open(path)); }

GgufFile GgufFile::from_bytes(std::vector<std::byte> bytes, std::string name) {
  return GgufFile(MappedFile::from_bytes(std::move(bytes), std::move(name)));
}

GgufFile::GgufFile(MappedFile file) : file_(std::move(file)) {
  ByteReader reader(file_.bytes(), path());
  if (reader.remaining() < 4 || reader.number<std::uint32_t>("the magic") != 0x46554747)  // "GGUF"
    refuse_format(file_.bytes(), path(), "a GGUF file");
  read_version(reader);
  const std::uint64_t tensor_count = reader.count("the number of tensors", kLeastTensorBytes);
  const std::uint64_t key_count = reader.count("the number of keys", kLeastKeyBytes);
  GgufMetadata metadata = read_gguf_metadata(reader, key_count);
  metadata_ = std::move(metadata.values);
  refuse_part(metadata_, path());
  for (std::uint64_t i = 0; i < tensor_count; ++i) {
    const std::uint64_t at = reader.offset();
    std::string name = reader.text("a tensor's name");
    TensorView view = read_tensor_entry(reader, name);
    const auto [entry, is_new] = tensors_.emplace(std::move(name), std::move(view));
    if (!is_new) throw reader.corrupt("tensor '" + entry->first + "' is there twice", at);
  }
  const std::uint64_t data_start =
      (reader.offset() + metadata.alignment - 1) / metadata.alignment * metadata.alignment;
  place_tensors(tensors_, data_start, metadata.alignment, file_.bytes(), path());
}

const TensorView& GgufFile::tensor(const std::string& name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end())
    throw Error(ErrorKind::corrupt_data, "there is no tensor '" + name + "'").in(path());
  return it->second;
}

template <typename T>
const T& GgufFile::get(const std::string& key) const {
  const auto it = metadata_.find(key);
  if (it == metadata_.end()) throw Error(ErrorKind::corrupt_data, "there is no key '" + key + "'").in(path());
  return typed<T>(it->second, key, path());
}

template <typename T>
T GgufFile::get_or(const std::string& key, T fallback) const {
  const auto it = metadata_.find(key);
  return it == metadata_.end() ? fallback : typed<T>(it->second, key, path());
}

#define QL_GGUF_TYPE(T)                                         \
  template const T& GgufFile::get<T>(const std::string&) const; \
  template T GgufFile::get_or<T>(const std::string&, T) const
QL_GGUF_TYPE(std::int64_t);
QL_GGUF_TYPE(double);
QL_GGUF_TYPE(bool);
QL_GGUF_TYPE(std::string);
QL_GGUF_TYPE(std::vector<std::int64_t>);
QL_GGUF_TYPE(std::vector<double>);
QL_GGUF_TYPE(std::vector<bool>);
QL_GGUF_TYPE(std::vector<std::string>);
#undef QL_GGUF_TYPE

}  // namespace qinglan
