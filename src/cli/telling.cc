#include "cli/telling.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/hash.h"
#include "io/publish.h"
#include "store/digest_memo.h"

namespace qinglan {

void check_output(const std::string& path) {
  if (path.empty()) return;
  auto& fs = real_file_system();
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (fs.is_folder(path))
    throw Error(ErrorKind::usage, "a folder has this name").in(path).expected("a file to write");
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    throw Error(ErrorKind::usage, "this is no file that can be replaced")
        .in(path)
        .expected("a file to write");
  if (!fs.is_folder(folder))
    throw Error(ErrorKind::usage, "there is no such folder").in(folder).hint("Make it first.");
  const std::string probe = folder / (".qinglan." + std::to_string(getpid()));
  try {
    fs.write(probe, "");
  } catch (const Error&) {
    throw Error(ErrorKind::usage, "nothing can be written into this folder").in(folder);
  }
  fs.remove_all(probe);
}

int say(const Telling& telling) {
  for (const auto& [path, bytes] : telling.files) publish_file(real_file_system(), path, bytes);
  std::fwrite(telling.text.data(), 1, telling.text.size(), stdout);
  std::fflush(stdout);
  return telling.code;
}

KeptTelling::KeptTelling(const Store& store, const std::string& run, const Json& of)
    : store_(store),
      path_(store.root() + "/records/" + run + ".told"),
      record_(store.record_path(run)),
      of_(sha256_hex(canonical_json({{"program", DigestMemo(store).digest("/proc/self/exe")}, {"of", of}}))) {
}

std::optional<Telling> KeptTelling::find() const {
  if (!store_.fs().exists(path_)) return std::nullopt;
  try {
    const std::string file = store_.fs().read(path_);
    const std::size_t end = std::min(file.find('\n'), file.size());
    const Json head = parse_json(file.substr(0, end), path_);
    Telling telling{.code = head.at("code"), .text = file.substr(std::min(end + 1, file.size()))};
    if (head.at("of") != of_ || head.at("text") != sha256_hex(telling.text)) return std::nullopt;
    for (const auto& [path, digest] : head.at("files").items())
      if (sha256_file(path) != digest) return std::nullopt;
    return telling;
  } catch (const std::exception&) {
    return std::nullopt;  // it is made again
  }
}

void KeptTelling::keep(const Telling& telling) const {
  Json files = {{record_, sha256_file(record_)}};
  for (const auto& [path, bytes] : telling.files) files[path] = sha256_hex(bytes);
  const Json head = {
      {"of", of_}, {"code", telling.code}, {"text", sha256_hex(telling.text)}, {"files", std::move(files)}};
  publish_file(store_.fs(), path_, canonical_json(head) + "\n" + telling.text);
}

}  // namespace qinglan
