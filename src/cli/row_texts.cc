#include "cli/row_texts.h"

#include "base/error.h"
#include "data/dataset.h"
#include "data/template.h"
#include "store/store.h"

namespace qinglan {
namespace {

std::string template_of(const Json& spec) {
  const auto data = spec.find("data");
  if (data == spec.end() || !data->is_object()) return "";
  const auto text = data->find("text");
  return text != data->end() && text->is_string() ? text->get<std::string>() : "";
}

// A record is a file from anywhere: what it calls a key must not lead elsewhere.
bool is_key(const std::string& key) {
  return key.size() == 64 && key.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::map<std::string, std::string> row_texts(const Record& record, const std::string& store_root) {
  const Store store = Store::existing(store_root);
  const std::string wanted = template_of(record.spec);
  if (wanted.empty() || !is_key(record.data.key) || !store.has(record.data.key)) return {};
  try {
    const Template words = Template::parse(wanted);
    std::map<std::string, std::string> texts;
    for (const Example& row : read_inputs(store.result_folder(record.data.key)).test)
      texts[row.id] = words.render(row.fields);
    return texts;
  } catch (const Error&) {
    return {};  // an artifact of another engine, or damaged: the report shows ids
  }
}

}  // namespace qinglan
