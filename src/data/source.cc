#include "data/source.h"

#include <filesystem>

#include "base/error.h"
#include "base/listed.h"
#include "data/known_dataset.h"
#include "data/registered.h"

namespace qinglan {
namespace {

const std::vector<std::string> kEndings{".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".tsv", ".tsv.gz"};

std::string without_ending(const std::string& name) {
  for (const auto& ending : kEndings)
    if (name.size() > ending.size() && name.ends_with(ending))
      return name.substr(0, name.size() - ending.size());
  return "";
}

std::string find_table(const std::string& folder, const std::string& split) {
  std::vector<std::string> found;
  const auto names = real_file_system().list(folder);
  for (const auto& name : names)
    if (without_ending(name) == split) found.push_back(name);
  if (found.size() == 1) return folder + "/" + found.front();
  if (found.empty())
    throw Error(ErrorKind::invalid_input, "the folder holds no " + split + " rows")
        .in(folder)
        .expected(split + " with one of " + listed(kEndings))
        .found(names.empty() ? "an empty folder" : listed(names))
        .hint("A single file may be given as the path instead; it is cut into train and test by hash.");
  throw Error(ErrorKind::invalid_input, "the folder holds more than one " + split + " file")
      .in(folder)
      .found(listed(found))
      .hint("Keep one of them.");
}

std::vector<std::string> table_files(const DatasetSpec& spec) {
  if (const auto* registered = find_registered(spec.path)) return {registered->path()};
  auto& fs = real_file_system();
  if (spec.path.empty()) throw Error(ErrorKind::usage, "no data set is named").hint("Set [data] path.");
  if (fs.is_folder(spec.path)) return {find_table(spec.path, "train"), find_table(spec.path, "test")};
  if (fs.exists(spec.path)) return {spec.path};
  std::vector<std::string> names;
  for (const auto& set : registered_datasets()) names.push_back(set.name);
  const auto near = nearest_word(spec.path, names);
  throw Error(ErrorKind::usage, "there is no such file, folder or registered data set")
      .in(spec.path)
      .expected("a folder with train.* and test.*, a file, or one of " + listed(names))
      .hint(near ? "Did you mean " + *near + "?"
                 : "Paths are relative to the folder the program was started in.");
}

std::string base_name(const std::string& path) {
  auto plain = std::filesystem::path(path).lexically_normal();
  if (plain.filename().empty()) plain = plain.parent_path();
  if (plain.filename() == "." || plain.filename() == "..")
    plain = std::filesystem::absolute(plain).lexically_normal();
  const std::string name = plain.filename().string();
  const std::string stem = without_ending(name);
  return stem.empty() ? name : stem;
}

}  // namespace

std::vector<std::string> dataset_files(const DatasetSpec& spec) { return table_files(spec); }

Source open_source(const DatasetSpec& spec) {
  Source source;
  if (const auto* registered = find_registered(spec.path)) {
    source.name = registered->name;
    source.corpus = registered->corpus;
    source.text = registered->text;
    source.group = registered->group;
    source.tables.push_back({registered->path(), registered->recipe(*registered, source.dropped)});
    return source;
  }
  for (const auto& file : table_files(spec)) source.tables.push_back({file, read_rows(file)});
  if (!spec.recipe.empty())
    if (const auto derive = find_known_dataset(spec.recipe).derive)
      for (auto& table : source.tables)
        for (auto& row : table.rows) derive(row);
  source.name = base_name(spec.path);
  source.text = "text";
  return source;
}

}  // namespace qinglan
