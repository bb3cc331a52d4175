// A fit chosen among several of other settings (experiment/choice.h): the one with the least loss on the rows
// that all of them held out, whose labels are of the kind they were trained on. Its result becomes this
// node's.

#include <optional>

#include "base/error.h"
#include "experiment/choice.h"
#include "worker/step.h"

namespace qinglan {
namespace {

void copy_file(const Step& step, const std::string& from, const char* name) {
  FileSystem& fs = step.store.fs();
  if (fs.exists(from + "/" + name)) fs.write(step.result + "/" + name, fs.read(from + "/" + name));
}

}  // namespace

void run_choice(Step& step) {
  const Json& settings = step.node.params.at("learner").at("settings");
  Json tried = Json::array(), chosen_summary;
  std::size_t chosen = 0;
  std::optional<double> least;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::string path = step.input(candidate_role(i)) + "/" + kSummaryFile;
    const Json summary = parse_json(step.store.fs().read(path), path);
    tried.push_back({{"settings", settings[i]}});
    if (summary.contains("failure")) {
      tried.back()["failure"] = summary["failure"].at("message");
      continue;
    }
    tried.back().update(summary.at("selection").at("tried").at(0));
    tried.back()["settings"] = settings[i];
    const double loss = tried.back().at("losses").at(tried.back().at("epoch").get<std::size_t>() - 1);
    if (least && loss >= *least) continue;
    least = loss, chosen = i, chosen_summary = summary;
  }
  if (!least)
    throw Error(ErrorKind::diverged, "training diverged under all " + std::to_string(settings.size()) +
                                         " settings: " + tried.at(0).at("failure").get<std::string>());
  const std::string from = step.input(candidate_role(chosen));
  copy_file(step, from, kPredictionsFile);
  copy_file(step, from, kStudentFile);
  chosen_summary["selection"]["tried"] = tried;
  chosen_summary["selection"]["chosen"] = chosen;
  chosen_summary["fit"] = step.node.inputs.at(candidate_role(chosen));
  step.write_summary(chosen_summary);
}

}  // namespace qinglan
