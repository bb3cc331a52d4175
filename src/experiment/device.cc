#include "experiment/device.h"

#include "experiment/ask_worker.h"

namespace qinglan {

Json to_json(const DeviceAnswer& answer) { return {{"kind", answer.kind}, {"detail", answer.detail}}; }

DeviceAnswer ask_device(const std::string& worker) {
  const Json answer = parse_json(ask_worker(worker, {"device"}), worker);
  return {get_field<std::string>(answer, "kind", worker), get_field<std::string>(answer, "detail", worker)};
}

std::string settle_device(Spec& spec, const std::string& worker) {
  if (spec.device == "cpu") return "";
  const DeviceAnswer answer = ask_device(worker);
  spec.device = answer.kind;
  if (answer.kind == "cpu") return "computing on the CPU: " + answer.detail;
  spec.resolved["compute"]["device"] = answer.kind;
  return "";
}

}  // namespace qinglan
