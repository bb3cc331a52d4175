#include "experiment/job.h"

namespace qinglan {

Json to_json(const Job& job) {
  Json nodes = Json::array();
  for (const auto& node : job.nodes) nodes.push_back(to_json(node));
  return {{"store", job.store},
          {"scratch", job.scratch},
          {"threads", job.threads},
          {"device", job.device},
          {"nodes", nodes}};
}

Job job_from_json(const Json& json, const std::string& source) {
  Job job;
  job.store = get_field<std::string>(json, "store", source);
  job.scratch = get_field<std::string>(json, "scratch", source);
  job.threads = get_field<std::int64_t>(json, "threads", source);
  job.device = get_field<std::string>(json, "device", source);
  for (const auto& node : get_field<std::vector<Json>>(json, "nodes", source))
    job.nodes.push_back(node_from_json(node, source));
  return job;
}

}  // namespace qinglan
