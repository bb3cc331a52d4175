#include "data/registered.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "io/deps_folder.h"
#include "io/file_system.h"

namespace qinglan {
namespace {

// Ratings run from -4 to 4 and about 20 people gave one each, so a mean of 0.05 is a single point by a single
// person.
constexpr double kDeadBand = 0.05;

std::vector<Row> rated(const RegisteredDataset& self, std::map<std::string, std::int64_t>& dropped) {
  const std::string path = self.path();
  if (!real_file_system().exists(path))
    throw Error(ErrorKind::invalid_input, "the data set " + self.name + " is not installed")
        .in(path)
        .hint("Run ./dev setup, which fetches the package " + self.package + ".");
  return parse_rated_lines(real_file_system().read(path), path, self.dead_band, !self.group.empty(), dropped);
}

RegisteredDataset vader(std::string name, std::string summary, const std::string& file, std::string corpus,
                        bool documents) {
  RegisteredDataset set;
  set.name = std::move(name);
  set.summary = std::move(summary);
  set.licence = "MIT";
  set.package = "vaderSentiment 3.3.2 (PyPI source package)";
  set.corpus = std::move(corpus);
  set.file = "data/vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014/" + file + "_GroundTruth.txt";
  set.text = "{text}";
  set.group = documents ? "{document}" : "";
  set.dead_band = kDeadBand;
  set.columns =
      documents ? std::vector<std::string>{"id", "text", "document"} : std::vector<std::string>{"id", "text"};
  set.recipe = rated;
  return set;
}

}  // namespace

std::string RegisteredDataset::path() const { return deps_folder() + "/" + file; }

const std::vector<RegisteredDataset>& registered_datasets() {
  static const std::vector<RegisteredDataset> all{
      vader("vader-films", "10,605 sentences of film reviews, each rated by about 20 people",
            "movieReviewSnippets", "rotten-tomatoes", false),
      vader("vader-tweets", "4,200 tweets, each rated by about 20 people", "tweets", "vader-tweets", false),
      vader("vader-products",
            "3,708 sentences of product reviews, rated by about 20 people, grouped by review",
            "amazonReviewSnippets", "vader-products", true),
      vader("vader-editorials",
            "5,190 sentences of newspaper editorials, rated by about 20 people, grouped by article",
            "nytEditorialSnippets", "vader-editorials", true),
  };
  return all;
}

const RegisteredDataset* find_registered(const std::string& name) {
  for (const auto& set : registered_datasets())
    if (set.name == name) return &set;
  return nullptr;
}

std::vector<Row> parse_rated_lines(const std::string& latin1, const std::string& source, double dead_band,
                                   bool documents, std::map<std::string, std::int64_t>& dropped) {
  std::vector<Row> rows;
  std::uint64_t line = 0;
  for (std::size_t start = 0; start < latin1.size();) {
    ++line;
    auto end = latin1.find('\n', start);
    if (end == std::string::npos) end = latin1.size();
    std::string_view text(latin1.data() + start, end - start);
    start = end + 1;
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty()) continue;
    const auto first = text.find('\t');
    const auto second = first == std::string_view::npos ? first : text.find('\t', first + 1);
    if (second == std::string_view::npos || first == 0)
      throw Error(ErrorKind::corrupt_data, "not a rated line")
          .in(source)
          .line(line)
          .expected("id, rating and text, tab-separated");
    const std::string_view rating = text.substr(first + 1, second - first - 1);
    double mean = 0;
    const auto [stop, problem] = std::from_chars(rating.data(), rating.data() + rating.size(), mean);
    if (problem != std::errc() || stop != rating.data() + rating.size() || !std::isfinite(mean))
      throw Error(ErrorKind::corrupt_data, "the rating is not a number")
          .in(source)
          .line(line)
          .found("\"" + latin1_to_utf8(rating) + "\"");
    if (std::abs(mean) <= dead_band) {
      ++dropped["dead band"];
      continue;
    }
    const std::string id = latin1_to_utf8(text.substr(0, first));
    Row row{Json::object(), line};
    row.fields["id"] = id;
    row.fields["text"] = latin1_to_utf8(text.substr(second + 1));
    row.fields["label"] = mean > 0 ? "positive" : "negative";
    if (documents) row.fields["document"] = id.substr(0, id.find('_'));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace qinglan
