#pragma once
// The cache of models that huggingface_hub keeps, which is ours too:
//   <cache>/models--owner--name/refs/<revision>               the commit it stands for
//   <cache>/models--owner--name/snapshots/<commit>/<file>     a link to ../../blobs/<digest>
// <cache> is $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else
// ~/.cache/huggingface/hub. Nothing here uses the network.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

// "owner/name[@revision][:file]"; names of one part, as the oldest models have, are ids too.
struct HubId {
  std::string name;
  std::string revision = "main";  // a branch, a tag or a commit
  std::string file;               // one file of the model, such as one of several .gguf; else empty

  std::string text() const;  // as it was written
};

// Nothing where the text cannot be an id; a path that begins with "/", "./" or "../" never is.
std::optional<HubId> parse_hub_id(std::string_view text);

// A relative path of plain parts that may be made below a folder: no "..", no backslash, no control
// character, parts of at most 255 bytes, UTF-8. Names that a server sends are held against it.
bool is_plain_path(std::string_view path);
bool is_commit(std::string_view text);  // 40 lower-case hex digits

// An environment variable with a leading "~" and "$NAME" put in, as huggingface_hub does; empty when not set.
std::string hub_variable(const char* name);
std::string hub_home();  // $HF_HOME and what stands for it
std::string hub_cache_folder();
std::string hub_model_folder(const std::string& model);  // <cache>/models--owner--name

// The folder of the snapshot that the id's revision stands for, if the cache has it. Throws
// Error{corrupt_data} for a ref that is no commit.
std::optional<std::string> cached_snapshot(const HubId& id);

// The ids in the cache, a revision each, sorted.
std::vector<HubId> cached_models();

}  // namespace qinglan
