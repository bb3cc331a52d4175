#pragma once
// What a Hugging Face hub answers: which files a model has, and each file's size and digest. Nothing that it
// says is trusted: names must be plain paths, sizes and digests are checked by who downloads.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/http.h"
#include "io/hub_cache.h"

namespace qinglan {

// Where the hub is and who asks, from huggingface_hub's variables.
struct HubAccess {
  std::string endpoint;       // HF_ENDPOINT, no slash at its end
  std::string token;          // HF_TOKEN, else the file HF_TOKEN_PATH, else <hub home>/token; may be empty
  double stall_seconds = 10;  // HF_HUB_DOWNLOAD_TIMEOUT
  bool offline = false;       // HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE
};
HubAccess hub_access();

struct HubListing {
  std::string commit;
  std::vector<std::string> files;  // plain paths, sorted
};

struct HubFile {
  std::string name;
  std::uint64_t size = 0;
  std::string digest;  // 64 hex digits: SHA-256 of the bytes; 40: git's name of the blob

  bool by_sha256() const { return digest.size() == 64; }
};

class HubClient {
 public:
  // `note` is told of every new try. Throws Error{usage} when the network is not to be used.
  HubClient(HubAccess access, std::function<void(const std::string&)> note);

  // Throw Error{invalid_input} (no such model, revision or file; not allowed), Error{corrupt_data} (an answer
  // that makes no sense) or Error{io} (it cannot be reached, also after some tries).
  HubListing list(const HubId& id);
  HubFile look(const std::string& model, const std::string& commit, const std::string& file);
  // The bytes of a file from `from` on. One try: a transfer that broke off is an answer with a failure.
  HttpAnswer read(const std::string& model, const std::string& commit, const std::string& file,
                  std::uint64_t from, const HttpBody& body);

  // Whether another try may help; if so, waits (longer from try to try, or as the server says) and tells.
  bool worth_another(const HttpAnswer& answer, int tries);
  // The answer that is no success as an error.
  Error refusal(const HttpAnswer& answer, const HubId& id) const;

 private:
  HttpAnswer patiently(const std::function<HttpAnswer()>& act);
  std::string file_url(const std::string& model, const std::string& commit, const std::string& file) const;

  HubAccess access_;
  std::function<void(const std::string&)> note_;
  HttpClient http_;
};

}  // namespace qinglan
