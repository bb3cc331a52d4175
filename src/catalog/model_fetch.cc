#include "catalog/model_fetch.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/weight_index.h"
#include "io/file_system.h"
#include "io/publish.h"

namespace qinglan {
namespace {

constexpr std::uint64_t kMostIndexBytes = 32 << 20;

class Fetch {
 public:
  Fetch(const HubId& id, const FileChoice& choice, FetchObserver& observer)
      : id_(id),
        choice_(choice),
        observer_(observer),
        hub_(hub_access(), [&](const std::string& text) { observer.note(text); }) {}

  FetchedModel run() {
    listing_ = hub_.list(id_);
    model_.commit = listing_.commit;
    model_.snapshot = hub_model_folder(id_.name) + "/snapshots/" + listing_.commit;
    const std::vector<std::string> chosen = choose_files(listing_.files, choice_, id_.text());
    look(chosen);
    if (std::find(chosen.begin(), chosen.end(), kWeightIndexFile) != chosen.end() && choice_.files.empty() &&
        choice_.patterns.empty())
      look_at_shards();
    std::uint64_t bytes = 0;
    for (const auto& file : model_.files) bytes += bytes_to_come(id_.name, file);
    check_room(bytes);
    observer_.planned(model_.files.size(), bytes);
    for (const auto& file : model_.files) download(hub_, id_.name, listing_.commit, file, observer_);
    if (id_.revision != listing_.commit)
      publish_file(real_file_system(), hub_model_folder(id_.name) + "/refs/" + id_.revision, listing_.commit);
    return model_;
  }

 private:
  void look(const std::vector<std::string>& names) {
    for (const auto& name : names) model_.files.push_back(hub_.look(id_.name, listing_.commit, name));
  }

  // Which they are stands in the index: it comes first.
  void look_at_shards() {
    for (const auto& file : model_.files) {
      if (file.name != kWeightIndexFile) continue;
      if (file.size > kMostIndexBytes)
        throw Error(ErrorKind::corrupt_data, "the index of the weights is too large")
            .in(file.name)
            .expected("at most " + std::to_string(kMostIndexBytes) + " bytes")
            .found(std::to_string(file.size));
      download(hub_, id_.name, listing_.commit, file, observer_);
    }
    const std::string index = model_.snapshot + "/" + kWeightIndexFile;
    look(shards_in(real_file_system().read(index), listing_.files, index));
  }

  const HubId& id_;
  const FileChoice& choice_;
  FetchObserver& observer_;
  HubClient hub_;
  HubListing listing_;
  FetchedModel model_;
};

}  // namespace

FetchedModel fetch_model(const HubId& id, FileChoice choice, FetchObserver& observer) {
  if (!id.file.empty()) choice.files.push_back(id.file);
  return Fetch(id, choice, observer).run();
}

}  // namespace qinglan
