#include "catalog/pipeline.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"
#include "catalog/stage.h"

namespace qinglan {
namespace {

constexpr char kBlank[] = " \t\n\r";

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> split_parts(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find('|', start), text.size());
    parts.push_back(trimmed(text.substr(start, end - start)));
    start = end + 1;
  }
  return parts;
}

const MethodInfo* known_loss(const std::string& name) {
  for (const auto& method : methods())
    if (method.name == name) return &method;
  return nullptr;
}

}  // namespace

std::string Pipeline::text() const {
  std::string text;
  for (const auto& stage : stages) text += stage + " | ";
  return text + loss;
}

Pipeline parse_pipeline(const std::string& text) {
  const auto parts = split_parts(text);
  Pipeline pipeline;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string place = "part " + std::to_string(i + 1) + " of the method \"" + text + "\"";
    if (parts[i].empty())
      throw Error(ErrorKind::usage, parts.size() == 1 ? "the method has no name" : place + " is empty")
          .expected("such as \"naive\" or \"filter:topo | logconf\"");
    const bool last = i + 1 == parts.size();
    const MethodInfo& part = find_part(parts[i]);
    if (!pipeline.stages.empty() && find_stage(pipeline.stages.back())->spends_gold && find_stage(part.name))
      throw Error(ErrorKind::usage, place + ", " + part.name + ", comes after true labels")
          .expected("a loss")
          .hint("Stages change weak labels; one stage gold:... stands last of them, next to the loss.");
    if (i > 0 && find_stage(part.name) && find_stage(part.name)->starts_locked)
      throw Error(ErrorKind::usage, place + ", " + part.name + ", says what the student starts from")
          .expected("this as the first part");
    if (find_stage(part.name))
      pipeline.stages.push_back(part.name);
    else if (last)
      pipeline.loss = part.name;
    else
      throw Error(ErrorKind::usage, place + ", " + part.name + ", is a loss")
          .expected("stages, then one loss as the last part")
          .hint("The stages are " + listed(stages(), [](const StageInfo& s) { return s.about.name; }) + ".");
  }
  return pipeline;
}

const MethodInfo& find_part(const std::string& name) {
  if (const MethodInfo* loss = known_loss(name)) return *loss;
  if (const StageInfo* stage = find_stage(name)) return stage->about;
  if (name.find('|') != std::string::npos)
    throw Error(ErrorKind::usage, "\"" + name + "\" is a pipeline, and its parts have the parameters")
        .hint("Give each part a table of its own, such as [method.\"filter:topo\"].");
  std::vector<std::string> names;
  for (const auto& method : methods()) names.push_back(method.name);
  for (const auto& stage : stages()) names.push_back(stage.about.name);
  const auto near = nearest_word(name, names);
  throw Error(ErrorKind::usage, "there is no method \"" + name + "\"")
      .expected("one of " + listed(names))
      .hint(near ? "Did you mean " + *near + "?" : "See qinglan methods list.");
}

}  // namespace qinglan
