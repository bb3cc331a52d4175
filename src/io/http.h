#pragma once
// HTTP requests as a careful client makes them (libcurl): certificates are checked, redirects are few and
// never go from https to http, a token never leaves the place it is meant for, and a transfer may take as
// long as it likes but not stand still.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace qinglan {

struct HttpRequest {
  std::string url;  // http or https
  bool head = false;
  std::string
      token;  // "Authorization: Bearer"; for the url's own scheme, host and port only, redirects included
  std::uint64_t from = 0;    // > 0: only the bytes from here on ("Range")
  bool leave_origin = true;  // false: a redirect to another scheme, host or port is the answer
};

struct HttpAnswer {
  int status = 0;                              // 0: there was none
  std::string url;                             // that answered
  std::map<std::string, std::string> headers;  // names in lower case
  // Why the transfer did not come to its end: refused, cut short, stalled; empty when it did.
  std::string failure;
  bool lasting = false;  // of a failure: another try would not help

  bool ok() const { return failure.empty() && status >= 200 && status < 300; }
  std::string header(const std::string& name) const;
};

// Who takes the body of a 2xx answer (others are dropped). What it throws ends the transfer and is thrown
// again.
struct HttpBody {
  std::function<void(const HttpAnswer&)> begin;  // status and headers are there
  std::function<void(std::span<const std::byte>)> take;
};

class HttpClient {
 public:
  // A transfer of which nothing comes for that long has failed.
  explicit HttpClient(double stall_seconds);
  ~HttpClient();

  // Throws Error{io} for a redirect that is not followed: too many, or from https to http.
  HttpAnswer send(const HttpRequest& request, const HttpBody& body = {});
  // The body as text. More than `most` bytes are Error{corrupt_data}.
  HttpAnswer get(const HttpRequest& request, std::uint64_t most, std::string& text);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  double stall_seconds_;
};

// One part of a url's path: everything but letters, digits and "-._~" as %XX.
std::string url_part(const std::string& text);

}  // namespace qinglan
