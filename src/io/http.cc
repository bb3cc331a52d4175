#include "io/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/error.h"
#include "qinglan_version.h"

namespace qinglan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostRedirects = 10;
constexpr std::size_t kMostHeaderBytes = 256 << 10;
constexpr long kConnectSeconds = 20;

struct CurlString {
  char* text = nullptr;
  ~CurlString() { curl_free(text); }
};

// "scheme://host:port", the default port said.
std::string origin_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  CurlString scheme, host, port;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_SCHEME, &scheme.text, 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host.text, 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_PORT, &port.text, CURLU_DEFAULT_PORT) != CURLUE_OK)
    throw Error(ErrorKind::io, "this is no web address").found(url);
  std::string origin = std::string(scheme.text) + "://" + host.text + ":" + port.text;
  std::transform(origin.begin(), origin.end(), origin.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return origin;
}

std::string trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

// One request and its answer, without following redirects.
class Exchange {
 public:
  Exchange(CURL* curl, const HttpRequest& request, const std::string& url, bool at_home, const HttpBody& body,
           double stall_seconds)
      : curl_(curl), body_(body), stall_seconds_(stall_seconds) {
    curl_easy_reset(curl_);
    answer_.url = url;
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (const char* certificates = std::getenv("SSL_CERT_FILE"); certificates && *certificates)
      set(CURLOPT_CAINFO, certificates);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, words_);
    set(CURLOPT_USERAGENT, (std::string("qinglan/") + kVersion).c_str());
    set(CURLOPT_NOBODY, request.head ? 1L : 0L);
    if (request.from > 0) set(CURLOPT_RANGE, (std::to_string(request.from) + "-").c_str());
    add_header("Accept-Encoding: identity");  // sizes and digests are of the file as it is
    if (at_home && !request.token.empty()) add_header("Authorization: Bearer " + request.token);
    set(CURLOPT_HTTPHEADER, headers_);
    set_callbacks();
  }
  Exchange(const Exchange&) = delete;
  ~Exchange() {
    curl_slist_free_all(headers_);
    curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
  }

  HttpAnswer perform() {
    last_news_ = Clock::now();
    const CURLcode code = curl_easy_perform(curl_);
    if (thrown_) std::rethrow_exception(thrown_);
    read_status();
    if (code == CURLE_OK) {
      begin_body();  // of an empty body nothing has been heard
      if (thrown_) std::rethrow_exception(thrown_);
      return answer_;
    }
    answer_.failure =
        too_many_headers_ ? "the headers are too long"
        : stalled_ ? "nothing came for " + std::to_string(static_cast<int>(stall_seconds_)) + " seconds"
        : *words_  ? words_
                   : curl_easy_strerror(code);
    answer_.lasting = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
                      code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT || too_many_headers_;
    return answer_;
  }

  // Where the answer sends us; empty when it is no redirect.
  std::string redirect() const {
    char* url = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &url);
    return url && answer_.status >= 300 && answer_.status < 400 ? url : "";
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    QL_CHECK(curl_easy_setopt(curl_, option, value) == CURLE_OK, "libcurl takes an option");
  }
  void add_header(const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); }

  void set_callbacks() {
    set(CURLOPT_HEADERDATA, this);
    set(
        CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
          return static_cast<Exchange*>(self)->on_header({data, size}) ? size : 0;
        });
    set(CURLOPT_WRITEDATA, this);
    set(
        CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
          return static_cast<Exchange*>(self)->on_body({data, size}) ? size : 0;
        });
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFODATA, this);
    set(
        CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t now, curl_off_t, curl_off_t) {
          return static_cast<Exchange*>(self)->on_tick(now) ? 0 : 1;
        });
  }

  bool on_header(std::string_view line) {
    last_news_ = Clock::now();
    header_bytes_ += line.size();
    too_many_headers_ = header_bytes_ > kMostHeaderBytes;
    if (too_many_headers_) return false;
    if (line.starts_with("HTTP/")) answer_.headers.clear();  // an interim answer came before
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer_.headers[name] = trimmed(line.substr(colon + 1));
    return true;
  }

  bool on_body(std::string_view bytes) {
    begin_body();
    if (!thrown_ && body_.take && answer_.ok()) {
      try {
        body_.take(std::as_bytes(std::span(bytes.data(), bytes.size())));
      } catch (...) {
        thrown_ = std::current_exception();
      }
    }
    return !thrown_;
  }

  void begin_body() {
    if (std::exchange(begun_, true)) return;
    read_status();
    if (!body_.begin || !answer_.ok()) return;
    try {
      body_.begin(answer_);
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  bool on_tick(curl_off_t received) {
    if (received != received_) received_ = received, last_news_ = Clock::now();
    stalled_ = std::chrono::duration<double>(Clock::now() - last_news_).count() > stall_seconds_;
    return !stalled_;
  }

  void read_status() {
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
  }

  CURL* curl_;
  const HttpBody& body_;
  double stall_seconds_;
  HttpAnswer answer_;
  curl_slist* headers_ = nullptr;
  char words_[CURL_ERROR_SIZE] = {};
  std::size_t header_bytes_ = 0;
  curl_off_t received_ = 0;
  bool begun_ = false, stalled_ = false, too_many_headers_ = false;
  std::exception_ptr thrown_;
  Clock::time_point last_news_;
};

}  // namespace

struct HttpClient::Handle {
  CURL* curl;
  Handle() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    QL_CHECK(ready == CURLE_OK && curl, "libcurl starts");
  }
  ~Handle() { curl_easy_cleanup(curl); }
};

HttpClient::HttpClient(double stall_seconds)
    : handle_(std::make_unique<Handle>()), stall_seconds_(stall_seconds) {}
HttpClient::~HttpClient() = default;

std::string HttpAnswer::header(const std::string& name) const {
  const auto it = headers.find(name);
  return it == headers.end() ? "" : it->second;
}

HttpAnswer HttpClient::send(const HttpRequest& request, const HttpBody& body) {
  const std::string home = origin_of(request.url);
  std::string url = request.url;
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    const std::string origin = origin_of(url);
    Exchange exchange(handle_->curl, request, url, origin == home, body, stall_seconds_);
    HttpAnswer answer = exchange.perform();
    const std::string next = exchange.redirect();
    if (next.empty() || !answer.failure.empty()) return answer;
    const bool leaves = !next.starts_with("http") || origin_of(next) != home;
    if (leaves && !request.leave_origin) return answer;
    if (origin.starts_with("https:") && !next.starts_with("https:"))
      throw Error(ErrorKind::io, "a redirect away from https was not followed").in(request.url).found(next);
    url = next;
  }
  throw Error(ErrorKind::io, "too many redirects")
      .in(request.url)
      .expected("at most " + std::to_string(kMostRedirects));
}

HttpAnswer HttpClient::get(const HttpRequest& request, std::uint64_t most, std::string& text) {
  HttpBody body;
  body.begin = [&](const HttpAnswer&) { text.clear(); };
  body.take = [&](std::span<const std::byte> bytes) {
    if (bytes.size() > most - text.size())
      throw Error(ErrorKind::corrupt_data, "the answer is too long")
          .in(request.url)
          .expected("at most " + std::to_string(most) + " bytes");
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return send(request, body);
}

std::string url_part(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      escaped += static_cast<char>(c);
    else
      escaped += {'%', kDigits[c >> 4], kDigits[c & 15]};
  }
  return escaped;
}

}  // namespace qinglan
