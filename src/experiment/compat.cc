#include "experiment/compat.h"

#include <vector>

namespace qinglan {
namespace {

// Where a deviation's key may be found in one cell: the tables that it names there.
std::vector<const Json*> tables_of(const std::string& section, const CellSpec& cell, const Json& data) {
  std::vector<const Json*> tables;
  const bool any = section == "learner";
  if (section == "data") tables.push_back(&data);
  if ((any || section == "supervisor") && cell.supervisor.kind == "model")
    tables.push_back(&cell.supervisor.values);
  if (any || section == "student") tables.push_back(&cell.student.values);
  if (section == "method." + cell.method.name) tables.push_back(&cell.method.params);
  for (const auto& link : cell.chain) {
    if (any || section == "chain") tables.push_back(&link.student.values);
    if (section == "method." + link.method.name) tables.push_back(&link.method.params);
  }
  return tables;
}

// How often a deviation holds, of the tables that read its key.
struct Count {
  int holds = 0, read = 0;
};

// A method's parameter with its default; of a warm-up, the one of two ways to say it that is not in use.
bool may_be_absent(const std::string& section, const std::string& key, const Json& table) {
  return section.starts_with("method.") || (key.starts_with("warmup") && table.contains("lr"));
}

Count count(const Deviation& deviation, const Spec& spec, const Json& data) {
  const auto dot = deviation.key.rfind('.');
  const std::string section = deviation.key.substr(0, dot), key = deviation.key.substr(dot + 1);
  Count counted;
  for (const auto& cell : spec.cells)
    for (const Json* table : tables_of(section, cell, data)) {
      if (!table->contains(key) && !may_be_absent(section, key, *table)) continue;
      ++counted.read;
      const Json& wanted = deviation.same_as.empty() ? deviation.value : table->at(deviation.same_as);
      counted.holds += table->contains(key) && table->at(key) == wanted;
    }
  return counted;
}

}  // namespace

Json compat_document(const Compat& compat, const Spec& spec, const Json& data) {
  Json document = {{"name", compat.name},
                   {"source", compat.source},
                   {"deviations", Json::array()},
                   {"set_aside", Json::array()},
                   {"not_met", Json::array()}};
  for (const auto& deviation : compat.deviations) {
    const Count counted = count(deviation, spec, data);
    const char* list = counted.holds > 0 ? "deviations" : counted.read > 0 ? "set_aside" : "not_met";
    document[list].push_back(deviation.name);
  }
  return document;
}

}  // namespace qinglan
