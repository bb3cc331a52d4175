#pragma once
// model.safetensors.index.json of a Hugging Face folder: which shard holds each weight. The file is not
// trusted: its names must be those of files in the folder, and the shards must hold what it says. Its
// `total_size` is not read: nothing depends on it, and real files have it wrong (tied weights counted twice).

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

inline constexpr char kWeightIndexFile[] = "model.safetensors.index.json";

// Weight to shard, from the text of the index; `source` names it in messages. Throws Error{corrupt_data}.
std::map<std::string, std::string> parse_weight_index(std::string_view json, const std::string& source);

// Paths of the shards of the folder's index, sorted, their headers read and compared with the index. A shard
// may be a link within the folder, or into blobs/ where the folder is a snapshot of the Hugging Face cache.
// Throws Error{corrupt_data} for a name or link that leaves the folder, a weight that is not in its shard or
// in two of them, Error{invalid_input} for a shard that is not there, and what SafetensorsFile::open throws.
std::vector<std::string> indexed_weight_files(const std::string& folder);

}  // namespace qinglan
