#include "catalog/weight_index.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "io/rows.h"
#include "io/safetensors.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 255;  // of a file on Linux

bool is_shard_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos && name.ends_with(".safetensors");
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

// The Hugging Face cache keeps <model>/snapshots/<revision>/<file> as links to <model>/blobs/<digest>.
std::optional<fs::path> blobs_of(const fs::path& folder) {
  if (folder.parent_path().filename() != "snapshots") return std::nullopt;
  return folder.parent_path().parent_path() / "blobs";
}

std::string shard_path(const fs::path& folder, const std::string& name, const std::string& index) {
  std::error_code code;
  const fs::path real_folder = fs::canonical(folder, code), real = fs::canonical(folder / name, code);
  if (code)
    throw Error(ErrorKind::invalid_input, "the shard '" + name + "' is not there")
        .in(index)
        .found(code.message());
  const auto blobs = blobs_of(real_folder);
  if (!lies_in(real, real_folder) && !(blobs && lies_in(real, *blobs)))
    throw Error(ErrorKind::corrupt_data, "the shard '" + name + "' is a link that leaves the model's folder")
        .in(index)
        .expected("a file in " + real_folder.string())
        .found(real.string())
        .hint("put the file itself into the folder");
  return (folder / name).string();
}

}  // namespace

std::map<std::string, std::string> parse_weight_index(std::string_view json, const std::string& source) {
  const Json map = get_field<Json>(parse_json(json, source), "weight_map", source);
  if (!map.is_object() || map.empty())
    throw Error(ErrorKind::corrupt_data, "weight_map names no shard")
        .in(source)
        .expected("an object from weights to files")
        .found(map.is_object() ? "an empty object" : map.type_name());
  std::map<std::string, std::string> index;
  for (const auto& [weight, file] : map.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : file.type_name();
    if (!file.is_string() || !is_shard_name(name))
      throw Error(ErrorKind::corrupt_data,
                  "the shard of '" + weight + "' is not the name of a safetensors file")
          .in(source)
          .expected("a name in the model's folder that ends in .safetensors")
          .found(name.substr(0, kLongestName));
    index[weight] = name;
  }
  return index;
}

std::vector<std::string> indexed_weight_files(const std::string& folder) {
  const std::string source = (fs::path(folder) / kWeightIndexFile).string();
  const auto index = parse_weight_index(read_text(source), source);
  std::map<std::string, std::string> paths;  // of shards
  for (const auto& [weight, name] : index)
    if (!paths.contains(name)) paths[name] = shard_path(folder, name, source);

  std::map<std::string, std::string> holders;  // weight to shard, as the shards have it
  std::vector<std::string> files;
  for (const auto& [name, path] : paths) {
    const auto shard = SafetensorsFile::open(path);
    for (const auto& [weight, view] : shard.tensors()) {
      const auto [holder, is_new] = holders.emplace(weight, name);
      if (!is_new)
        throw Error(ErrorKind::corrupt_data, "two shards hold the weight '" + weight + "'")
            .in(source)
            .found(holder->second + " and " + name);
    }
    files.push_back(path);
  }
  for (const auto& [weight, name] : index)
    if (const auto holder = holders.find(weight); holder == holders.end() || holder->second != name)
      throw Error(ErrorKind::corrupt_data, "the weight '" + weight + "' is not in its shard")
          .in(source)
          .expected(name)
          .found(holder == holders.end() ? "it is in no shard" : holder->second);
  return files;
}

}  // namespace qinglan
