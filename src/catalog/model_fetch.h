#pragma once
// A model of a hub brought into the Hugging Face cache: where find_model looks for it.

#include <string>
#include <vector>

#include "catalog/model_files.h"
#include "io/hub_download.h"

namespace qinglan {

struct FetchedModel {
  std::string commit;
  std::string snapshot;  // folder that has the files
  std::vector<HubFile> files;
};

// A file in the id is one of the choice's. The ref is written last: it never stands for a model of which a
// part is missing. Throws what HubClient, choose_files and download throw.
FetchedModel fetch_model(const HubId& id, FileChoice choice, FetchObserver& observer);

}  // namespace qinglan
