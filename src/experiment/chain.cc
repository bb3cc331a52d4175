#include "experiment/chain.h"

#include "catalog/model_cost.h"

namespace qinglan {
namespace {

ChainStudent described(const Learner& student, const std::string& method) {
  return {student.spec.name, student.spec.tune, method, parameter_count(student.config), {}};
}

}  // namespace

std::vector<Link> links_of(const CellSpec& spec, const std::vector<std::string>& classes, DigestMemo& memo) {
  std::vector<Link> links;
  for (const auto& link : spec.chain) {
    const std::string role = "chain.\"" + link.student.name + "\"";
    links.push_back({resolve_learner(link.student, role.c_str(), classes, memo), link.method, role});
  }
  return links;
}

void name_cell(Cell& cell, const std::vector<Link>& links, const Learner& student) {
  cell.id = cell.supervisor + " > ";
  for (const auto& link : links) {
    cell.id += link.student.spec.name + " > ";
    cell.chain.push_back(described(link.student, link.method.text()));
  }
  cell.id += cell.student + " (" + cell.student_tune + ") : " + cell.method;
  if (!links.empty()) cell.chain.push_back(described(student, cell.method));
}

}  // namespace qinglan
