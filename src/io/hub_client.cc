#include "io/hub_client.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include "base/json.h"
#include "io/file_system.h"
#include "io/utf8.h"

namespace qinglan {
namespace {

constexpr char kDefaultEndpoint[] = "https://huggingface.co";
constexpr std::uint64_t kMostListingBytes = 32 << 20;
constexpr std::size_t kMostFiles = 100'000;
constexpr int kMostTries = 5;
constexpr double kFirstWait = 0.5, kLongestWait = 60;  // seconds

bool is_true(const std::string& value) {
  std::string upper;
  for (const unsigned char c : value) upper += static_cast<char>(std::toupper(c));
  return upper == "1" || upper == "ON" || upper == "YES" || upper == "TRUE";
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find_first_of("\r\n"));
  const auto begin = line.find_first_not_of(" \t"), end = line.find_last_not_of(" \t");
  return begin == line.npos ? "" : line.substr(begin, end - begin + 1);
}

std::string token_of_user() {
  if (is_true(hub_variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return "";
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
    if (const std::string token = first_line(hub_variable(name)); !token.empty()) return token;
  const std::string told = hub_variable("HF_TOKEN_PATH"), path = told.empty() ? hub_home() + "/token" : told;
  FileSystem& fs = real_file_system();
  return fs.exists(path) ? first_line(fs.read(path)) : "";
}

std::uint64_t whole_number(const std::string& text, const std::string& what, const std::string& url) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && value < (std::uint64_t{1} << 62))
    return value;
  throw Error(ErrorKind::corrupt_data, "the hub does not say the file's " + what)
      .in(url)
      .found('"' + text + '"');
}

// W/"abc" -> abc
std::string bare_etag(std::string text) {
  if (text.starts_with("W/")) text = text.substr(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

bool is_digest(const std::string& text) {
  return (text.size() == 64 || text.size() == 40) && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// A server's words, fit for a terminal.
std::string readable(const std::string& words) {
  std::string text;
  for (const char c : words.substr(0, 300))
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return text;
}

}  // namespace

HubAccess hub_access() {
  HubAccess access;
  access.endpoint = hub_variable("HF_ENDPOINT");
  if (access.endpoint.empty()) access.endpoint = kDefaultEndpoint;
  while (access.endpoint.ends_with('/')) access.endpoint.pop_back();
  access.token = token_of_user();
  if (const int seconds = std::atoi(hub_variable("HF_HUB_DOWNLOAD_TIMEOUT").c_str()); seconds > 0)
    access.stall_seconds = seconds;
  access.offline = is_true(hub_variable("HF_HUB_OFFLINE")) || is_true(hub_variable("TRANSFORMERS_OFFLINE"));
  return access;
}

HubClient::HubClient(HubAccess access, std::function<void(const std::string&)> note)
    : access_(std::move(access)), note_(std::move(note)), http_(access_.stall_seconds) {
  if (access_.offline)
    throw Error(ErrorKind::usage, "HF_HUB_OFFLINE says not to use the network")
        .hint("Unset HF_HUB_OFFLINE (and TRANSFORMERS_OFFLINE) to download.");
}

HubListing HubClient::list(const HubId& id) {
  const std::string url = access_.endpoint + "/api/models/" + id.name + "/revision/" + url_part(id.revision);
  std::string text;
  const HttpAnswer answer = patiently([&] {
    return http_.get({.url = url, .token = access_.token, .leave_origin = false}, kMostListingBytes, text);
  });
  if (!answer.ok()) throw refusal(answer, id);
  if (!is_valid_utf8(text)) throw Error(ErrorKind::corrupt_data, "the hub's answer is not UTF-8").in(url);
  const Json info = parse_json(text, url);
  HubListing listing;
  listing.commit = get_field<std::string>(info, "sha", url);
  if (!is_commit(listing.commit))
    throw Error(ErrorKind::corrupt_data, "the hub names no commit").in(url).found(readable(listing.commit));
  std::set<std::string> names;
  for (const auto& sibling : get_field<std::vector<Json>>(info, "siblings", url)) {
    const std::string name = get_field<std::string>(sibling, "rfilename", url);
    if (!is_plain_path(name))
      throw Error(ErrorKind::corrupt_data, "the hub names a file that must not be written")
          .in(url)
          .expected("a path inside the model's folder")
          .found('"' + readable(name) + '"');
    names.insert(name);
    if (names.size() > kMostFiles)
      throw Error(ErrorKind::corrupt_data, "the hub names too many files")
          .in(url)
          .expected("at most " + std::to_string(kMostFiles));
  }
  listing.files.assign(names.begin(), names.end());
  return listing;
}

HubFile HubClient::look(const std::string& model, const std::string& commit, const std::string& file) {
  const std::string url = file_url(model, commit, file);
  // What describes the file stands on the hub's own answer, which may send us elsewhere for the bytes.
  const HttpAnswer answer = patiently(
      [&] { return http_.send({.url = url, .head = true, .token = access_.token, .leave_origin = false}); });
  const bool elsewhere = answer.status >= 300 && answer.status < 400;
  if (!answer.failure.empty() || (!answer.ok() && !elsewhere)) throw refusal(answer, {model, commit, file});
  const std::string linked = answer.header("x-linked-etag"), size = answer.header("x-linked-size");
  HubFile found;
  found.name = file;
  found.digest = bare_etag(linked.empty() ? answer.header("etag") : linked);
  if (!is_digest(found.digest))
    throw Error(ErrorKind::corrupt_data, "the hub gives no digest to check the file by")
        .in(url)
        .expected("an ETag of 64 (SHA-256) or 40 (git) hex digits")
        .found('"' + readable(found.digest) + '"');
  found.size = whole_number(size.empty() && !elsewhere ? answer.header("content-length") : size, "size", url);
  if (const std::string said = answer.header("x-repo-commit"); !said.empty() && said != commit)
    throw Error(ErrorKind::corrupt_data, "the hub answers with another commit's file")
        .in(url)
        .expected(commit)
        .found(readable(said));
  return found;
}

HttpAnswer HubClient::read(const std::string& model, const std::string& commit, const std::string& file,
                           std::uint64_t from, const HttpBody& body) {
  return http_.send({.url = file_url(model, commit, file), .token = access_.token, .from = from}, body);
}

std::string HubClient::file_url(const std::string& model, const std::string& commit,
                                const std::string& file) const {
  std::string path;
  for (std::size_t begin = 0; begin <= file.size();) {
    const std::size_t end = std::min(file.find('/', begin), file.size());
    path += "/" + url_part(file.substr(begin, end - begin));
    begin = end + 1;
  }
  return access_.endpoint + "/" + model + "/resolve/" + commit + path;
}

HttpAnswer HubClient::patiently(const std::function<HttpAnswer()>& act) {
  for (int tries = 1;; ++tries) {
    HttpAnswer answer = act();
    if (!worth_another(answer, tries)) return answer;
  }
}

bool HubClient::worth_another(const HttpAnswer& answer, int tries) {
  const bool passing = answer.failure.empty()
                           ? answer.status == 408 || answer.status == 429 || answer.status >= 500
                           : !answer.lasting;
  if (!passing || tries >= kMostTries) return false;
  double seconds = kFirstWait * static_cast<double>(1 << (tries - 1));
  if (const int told = std::atoi(answer.header("retry-after").c_str()); told > 0) seconds = told;
  seconds = std::min(seconds, kLongestWait);
  const std::string what =
      answer.failure.empty() ? "the server answers " + std::to_string(answer.status) : answer.failure;
  char wait[32];
  std::snprintf(wait, sizeof wait, "%.1f s", seconds);
  note_(readable(what) + "; trying again in " + wait);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return true;
}

Error HubClient::refusal(const HttpAnswer& answer, const HubId& id) const {
  if (!answer.failure.empty())
    return Error(ErrorKind::io, "the hub cannot be reached: " + readable(answer.failure))
        .in(answer.url)
        .hint("HF_ENDPOINT names another hub; models that are in the cache need none.");
  std::string words = readable(answer.header("x-error-message"));
  words = "the hub answers " + std::to_string(answer.status) + (words.empty() ? "" : " (" + words + ")");
  if (answer.status == 401 || answer.status == 403)
    return Error(ErrorKind::invalid_input, words + ": " + id.name + " is private, gated or not there")
        .in(answer.url)
        .hint(
            access_.token.empty()
                ? "set HF_TOKEN to a token that may read it (a gated model's terms are accepted on its page)"
                : "the token given may not read it (a gated model's terms are accepted on its page)");
  if (answer.status == 404)
    return Error(ErrorKind::invalid_input, words + ": there is no " + id.text() + " on this hub")
        .in(answer.url)
        .hint("check owner, name and revision: owner/name@revision");
  return Error(ErrorKind::io, words).in(answer.url);
}

}  // namespace qinglan
