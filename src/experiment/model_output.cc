#include "experiment/model_output.h"

#include <charconv>

#include "base/error.h"
#include "catalog/model_source.h"
#include "experiment/ask_worker.h"

namespace qinglan {
namespace {

std::int32_t token(std::string_view word) {
  const auto begin = word.find_first_not_of(' '), end = word.find_last_not_of(' ');
  const std::string_view digits = begin == word.npos ? "" : word.substr(begin, end - begin + 1);
  std::int32_t id = 0;
  const auto [last, code] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (code == std::errc() && last == digits.data() + digits.size()) return id;
  throw Error(ErrorKind::usage, "this is no token id")
      .expected("numbers with commas between, such as 5,9,2")
      .found('"' + std::string(word) + '"');
}

}  // namespace

Json to_json(const ModelOutputRequest& request) {
  return {{"model", request.model}, {"tokens", request.tokens}, {"threads", request.threads}};
}

ModelOutputRequest output_request_from_json(const Json& json, const std::string& source) {
  ModelOutputRequest request;
  request.model = get_field<std::string>(json, "model", source);
  for (const auto id : get_field<std::vector<std::int64_t>>(json, "tokens", source))
    request.tokens.push_back(static_cast<std::int32_t>(id));
  request.threads = get_field<std::int64_t>(json, "threads", source);
  return request;
}

std::vector<std::int32_t> parse_tokens(const std::string& text, const std::string& path) {
  std::vector<std::int32_t> tokens;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    tokens.push_back(token(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  const ModelConfig config = resolve_model(path, NeedTokenizer::no).config;
  for (const auto id : tokens)
    if (id < 0 || id >= config.vocab)
      throw Error(ErrorKind::usage, "a token id is outside the model's vocabulary")
          .in(path)
          .expected("0.." + std::to_string(config.vocab - 1))
          .found(std::to_string(id));
  if (static_cast<std::int64_t>(tokens.size()) > config.max_positions)
    throw Error(ErrorKind::usage, "these are more tokens than the model reads")
        .in(path)
        .expected("at most " + std::to_string(config.max_positions))
        .found(std::to_string(tokens.size()));
  return tokens;
}

std::string model_output(const std::string& worker, const ModelOutputRequest& request) {
  return ask_worker(worker, {"logits", canonical_json(to_json(request))});
}

}  // namespace qinglan
