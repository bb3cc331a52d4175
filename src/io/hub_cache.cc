#include "io/hub_cache.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <tuple>

#include "base/error.h"
#include "io/file_system.h"
#include "io/publish.h"
#include "io/utf8.h"

namespace qinglan {
namespace {

constexpr std::string_view kModels = "models--";
constexpr std::size_t kMostIdBytes = 96, kMostPartBytes = 255, kMostPathBytes = 1024;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool is_model_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    const auto owner = name.substr(0, slash);
    if (owner.empty() || owner.front() == '-' || owner.front() == '.' ||
        !is_model_name(name.substr(slash + 1)) || !std::all_of(owner.begin(), owner.end(), is_word))
      return false;
    return name.size() <= kMostIdBytes && name.find("--") == name.npos && name.find("..") == name.npos &&
           name.substr(slash + 1).find('/') == name.npos;
  }
  return !name.empty() && name.size() <= kMostIdBytes && std::all_of(name.begin(), name.end(), is_word) &&
         name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.' &&
         name.find("--") == name.npos && name.find("..") == name.npos && !name.ends_with(".git");
}

std::string user_home() {
  if (const char* home = std::getenv("HOME"); home && *home) return home;
  const passwd* entry = getpwuid(getuid());
  return entry ? entry->pw_dir : ".";
}

std::string without_slash(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

// "$NAME" and "${NAME}" of variables that are set.
std::string with_variables(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const bool braced = text.compare(i, 2, "${") == 0;
    std::size_t begin = i + (braced ? 2 : 1), end = begin;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
      ++end;
    const bool whole = text[i] == '$' && end > begin && (!braced || text.compare(end, 1, "}") == 0);
    const char* value = whole ? std::getenv(text.substr(begin, end - begin).c_str()) : nullptr;
    if (value) {
      result += value;
      i = end + (braced ? 1 : 0);
    } else {
      result += text[i++];
    }
  }
  return result;
}

// A model's refs, and the snapshots that no ref stands for.
void add_revisions(const std::string& name, const std::string& folder, std::vector<HubId>& ids) {
  namespace stdfs = std::filesystem;
  std::set<std::string> named;
  std::error_code code;
  for (stdfs::recursive_directory_iterator it(folder + "/refs", code), end; !code && it != end;
       it.increment(code)) {
    if (!it->is_regular_file(code) || is_temporary(it->path().filename().string())) continue;
    ids.push_back({name, it->path().lexically_relative(folder + "/refs").generic_string(), ""});
    named.insert(real_file_system().read(it->path().string()));
  }
  for (const auto& commit : real_file_system().list(folder + "/snapshots"))
    if (is_commit(commit) && !named.contains(commit)) ids.push_back({name, commit, ""});
}

}  // namespace

std::string HubId::text() const {
  return name + (revision == "main" ? "" : "@" + revision) + (file.empty() ? "" : ":" + file);
}

std::optional<HubId> parse_hub_id(std::string_view text) {
  HubId id;
  if (const std::size_t colon = text.find(':'); colon != text.npos) {
    id.file = text.substr(colon + 1);
    if (!is_plain_path(id.file)) return std::nullopt;
    text = text.substr(0, colon);
  }
  if (const std::size_t at = text.find('@'); at != text.npos) {
    id.revision = text.substr(at + 1);
    const bool plain =
        std::all_of(id.revision.begin(), id.revision.end(), [](char c) { return is_word(c) || c == '/'; });
    if (!plain || !is_plain_path(id.revision)) return std::nullopt;
    text = text.substr(0, at);
  }
  if (!is_model_name(text)) return std::nullopt;
  id.name = text;
  return id;
}

bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > kMostPathBytes || !is_valid_utf8(path)) return false;
  for (const unsigned char c : path)
    if (c < 0x20 || c == 0x7f || c == '\\') return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > kMostPartBytes) return false;
    begin = end + 1;
  }
  return true;
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string hub_variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value) return "";
  std::string text = value;
  if (text == "~" || text.starts_with("~/")) text = user_home() + text.substr(1);
  return with_variables(text);
}

std::string hub_home() {
  if (const std::string home = hub_variable("HF_HOME"); !home.empty()) return home;
  const std::string cache = hub_variable("XDG_CACHE_HOME");
  return (cache.empty() ? user_home() + "/.cache" : cache) + "/huggingface";
}

std::string hub_cache_folder() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const std::string folder = hub_variable(name); !folder.empty()) return without_slash(folder);
  return without_slash(hub_home()) + "/hub";
}

std::string hub_model_folder(const std::string& model) {
  std::string name(kModels);
  for (const char c : model) name += c == '/' ? std::string("--") : std::string(1, c);
  return hub_cache_folder() + "/" + name;
}

std::optional<std::string> cached_snapshot(const HubId& id) {
  FileSystem& fs = real_file_system();
  const std::string folder = hub_model_folder(id.name), ref = folder + "/refs/" + id.revision;
  std::string commit = id.revision;
  if (fs.exists(ref) && !fs.is_folder(ref)) {
    commit = fs.read(ref);
    while (!commit.empty() && std::isspace(static_cast<unsigned char>(commit.back()))) commit.pop_back();
    if (!is_commit(commit))
      throw Error(ErrorKind::corrupt_data, "the ref names no commit").in(ref).expected("40 hex digits");
  }
  const std::string snapshot = folder + "/snapshots/" + commit;
  return is_commit(commit) && fs.is_folder(snapshot) ? std::optional(snapshot) : std::nullopt;
}

std::vector<HubId> cached_models() {
  std::vector<HubId> ids;
  for (const auto& entry : real_file_system().list(hub_cache_folder())) {
    if (!entry.starts_with(kModels)) continue;
    std::string name = entry.substr(kModels.size());
    if (const std::size_t dashes = name.find("--"); dashes != name.npos) name.replace(dashes, 2, "/");
    if (is_model_name(name)) add_revisions(name, hub_cache_folder() + "/" + entry, ids);
  }
  std::sort(ids.begin(), ids.end(), [](const HubId& a, const HubId& b) {
    return std::tie(a.name, a.revision) < std::tie(b.name, b.revision);
  });
  return ids;
}

}  // namespace qinglan
