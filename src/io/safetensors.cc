#include "io/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "io/publish.h"
#include "io/tensor_layout.h"
#include "io/torn_read.h"

namespace qinglan {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the reference library's cap
constexpr char kMetadata[] = "__metadata__";
constexpr char kSeal[] = "sha256";  // of the metadata: see seal_of()

// Element types that both sides know, narrowest first: the order in which the reference library sorts them.
constexpr std::array kTypes = {DType::boolean, DType::u8,  DType::i8,  DType::i16, DType::f16,
                               DType::bf16,    DType::i32, DType::f32, DType::f64, DType::i64};

std::size_t rank_of(DType dtype) {
  const auto it = std::find(kTypes.begin(), kTypes.end(), dtype);
  if (it == kTypes.end())
    throw Error(ErrorKind::unsupported, "safetensors has no such element type").found(info_of(dtype).name);
  return static_cast<std::size_t>(it - kTypes.begin());
}

std::string bytes_text(std::uint64_t count) { return std::to_string(count) + " bytes"; }

struct Header {
  Json json;
  std::uint64_t data_start;
};

Header read_header(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() <= kLengthBytes)
    throw Error(ErrorKind::corrupt_data, "the file is too short for a safetensors header")
        .in(path)
        .expected("more than " + bytes_text(kLengthBytes))
        .found(bytes_text(bytes.size()));
  if (bytes[kLengthBytes] != std::byte{'{'}) refuse_format(bytes, path, "a safetensors file");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxHeader)
    throw Error(ErrorKind::corrupt_data, "the header length is out of bounds")
        .in(path)
        .offset(0)
        .expected("at most " + bytes_text(kMaxHeader))
        .found(bytes_text(length));
  if (length > bytes.size() - kLengthBytes)
    throw Error(ErrorKind::corrupt_data, "the header goes past the end of the file")
        .in(path)
        .offset(0)
        .expected("at most " + bytes_text(bytes.size() - kLengthBytes))
        .found(bytes_text(length))
        .hint("the file is cut short: fetch it again");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  Json json = parse_json(text, path);
  if (!json.is_object())
    throw Error(ErrorKind::corrupt_data, "the header").in(path).expected("an object").found(json.type_name());
  return {std::move(json), kLengthBytes + length};
}

TensorView read_tensor(const std::string& name, const Json& entry, const Header& header,
                       std::span<const std::byte> bytes, const std::string& path) {
  const std::string where = path + " (tensor '" + name + "')";
  const auto type_name = get_field<std::string>(entry, "dtype", where);
  const auto type =
      std::find_if(kTypes.begin(), kTypes.end(), [&](DType t) { return type_name == info_of(t).name; });
  if (type == kTypes.end())
    throw Error(ErrorKind::unsupported,
                "tensor '" + name + "' has an element type that this build cannot read")
        .in(path)
        .found(type_name)
        .hint("convert the weights to F32, F16 or BF16");

  TensorView view{*type, get_field<std::vector<std::int64_t>>(entry, "shape", where), {}};
  const auto offsets = get_field<std::vector<std::uint64_t>>(entry, "data_offsets", where);
  const std::uint64_t data_bytes = bytes.size() - header.data_start;
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    throw Error(ErrorKind::corrupt_data, "data_offsets").in(where).expected("[begin, end] with begin <= end");
  if (offsets[1] > data_bytes)
    throw Error(ErrorKind::corrupt_data, "tensor '" + name + "' goes past the end of the file")
        .in(path)
        .offset(header.data_start + offsets[0])
        .expected("at most " + bytes_text(data_bytes) + " of data")
        .found("end at " + std::to_string(offsets[1]))
        .hint("the file is cut short: fetch it again");
  const auto expected = storage_bytes(*type, view.shape);
  if (expected != offsets[1] - offsets[0])
    throw Error(ErrorKind::corrupt_data, "tensor '" + name + "' of shape " + shape_text(view.shape) +
                                             " and type " + type_name + " does not fit its bytes")
        .in(path)
        .offset(header.data_start + offsets[0])
        .expected(expected ? bytes_text(*expected) : "a shape that can exist")
        .found(bytes_text(offsets[1] - offsets[0]));
  view.offset = header.data_start + offsets[0];
  view.bytes = bytes.subspan(view.offset, offsets[1] - offsets[0]);
  return view;
}

// As the reference library has it: every data byte belongs to exactly one tensor.
void check_covering(const TensorMap& tensors, const Header& header, std::uint64_t file_bytes,
                    const std::string& path) {
  std::vector<std::pair<const TensorView*, const std::string*>> order;
  order.reserve(tensors.size());
  for (const auto& [name, view] : tensors) order.emplace_back(&view, &name);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->offset, a.first->bytes.size()) <
           std::pair(b.first->offset, b.first->bytes.size());
  });
  std::uint64_t end = header.data_start;
  for (const auto& [view, name] : order) {
    if (view->offset != end)
      throw Error(
          ErrorKind::corrupt_data,
          "tensor '" + *name + (view->offset < end ? "' overlaps another" : "' leaves a gap before it"))
          .in(path)
          .offset(view->offset)
          .expected("a begin at byte " + std::to_string(end));
    end += view->bytes.size();
  }
  if (end != file_bytes)
    throw Error(ErrorKind::corrupt_data, "bytes after the last tensor belong to none")
        .in(path)
        .offset(end)
        .expected("a file of " + bytes_text(end))
        .found(bytes_text(file_bytes));
}

std::map<std::string, std::string> read_metadata(const Json& object, const std::string& path) {
  const std::string where = path + " (" + kMetadata + ")";
  if (!object.is_object())
    throw Error(ErrorKind::corrupt_data, "metadata")
        .in(where)
        .expected("an object")
        .found(object.type_name());
  std::map<std::string, std::string> metadata;
  for (const auto& item : object.items())
    metadata[item.key()] = get_field<std::string>(object, item.key(), where);
  return metadata;
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::string& path) {
  return SafetensorsFile(MappedFile::open(path));
}

SafetensorsFile SafetensorsFile::from_bytes(std::vector<std::byte> bytes, std::string name) {
  return SafetensorsFile(MappedFile::from_bytes(std::move(bytes), std::move(name)));
}

SafetensorsFile::SafetensorsFile(MappedFile file) : file_(std::move(file)) {
  const TornRead whole(file_.bytes());
  const Header header = read_header(file_.bytes(), path());
  for (const auto& item : header.json.items()) {
    if (item.key() == kMetadata)
      metadata_ = read_metadata(item.value(), path());
    else
      tensors_[item.key()] = read_tensor(item.key(), item.value(), header, file_.bytes(), path());
  }
  check_covering(tensors_, header, file_.bytes().size(), path());
  whole.check(path());
}

const TensorView& SafetensorsFile::tensor(const std::string& name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end())
    throw Error(ErrorKind::corrupt_data, "there is no tensor '" + name + "'").in(path());
  return it->second;
}

namespace {

// Calls `use` with the pieces of the file: its head, then each tensor's bytes.
template <typename Use>
void with_pieces(const TensorMap& tensors, const SafetensorsMetadata& metadata, const Use& use) {
  std::vector<const TensorMap::value_type*> order;
  order.reserve(tensors.size());
  for (const auto& item : tensors) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return rank_of(a->second.dtype) > rank_of(b->second.dtype);
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  std::vector<std::string_view> pieces(1);
  std::uint64_t end = 0;
  for (const auto* item : order) {
    const auto& [name, view] = *item;
    QL_CHECK(name != kMetadata, "a tensor must not be named like the metadata");
    rank_of(view.dtype);
    QL_CHECK(view.bytes.size() == storage_bytes(view.dtype, view.shape), "tensor bytes do not fit its shape");
    auto& entry = header[name];
    entry["dtype"] = info_of(view.dtype).name;
    entry["shape"] = view.shape;
    entry["data_offsets"] = {end, end + view.bytes.size()};
    end += view.bytes.size();
    pieces.emplace_back(reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size());
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  const std::string head = std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
  pieces.front() = head;
  use(Pieces(pieces));
}

// `file` is what the tensors lie in, if they lie in one.
std::string seal_of(const TensorMap& tensors, const SafetensorsFile* file = nullptr) {
  Sha256 digest;
  for (const auto& [name, view] : tensors) {
    const Json head = {name, info_of(view.dtype).name, view.shape};
    digest.update(head.dump()).update(view.bytes);
    if (file) file->release(view.bytes);
  }
  return digest.hex();
}

}  // namespace

void write_safetensors(FileSystem& fs, const std::string& path, const TensorMap& tensors,
                       const SafetensorsMetadata& metadata) {
  with_pieces(tensors, metadata, [&](Pieces pieces) { fs.write_pieces(path, pieces); });
}

void publish_safetensors(FileSystem& fs, const std::string& path, const TensorMap& tensors,
                         const SafetensorsMetadata& metadata) {
  with_pieces(tensors, metadata, [&](Pieces pieces) { publish_file(fs, path, pieces); });
}

void publish_sealed(FileSystem& fs, const std::string& path, const TensorMap& tensors) {
  publish_safetensors(fs, path, tensors, {{kSeal, seal_of(tensors)}});
}

SafetensorsFile open_sealed(const std::string& path) {
  SafetensorsFile file = SafetensorsFile::open(path);
  const auto seal = file.metadata().find(kSeal);
  if (seal == file.metadata().end() || seal->second != seal_of(file.tensors(), &file))
    throw Error(ErrorKind::corrupt_data, "the tensors are not those that were written").in(path);
  return file;
}

std::string safetensors_bytes(const TensorMap& tensors, const SafetensorsMetadata& metadata) {
  std::string bytes;
  with_pieces(tensors, metadata, [&](Pieces pieces) {
    for (const std::string_view piece : pieces) bytes += piece;
  });
  return bytes;
}

}  // namespace qinglan
