#include "data/choices.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/listed.h"
#include "data/normalise.h"
#include "data/row_fields.h"

namespace qinglan {
namespace {

std::string quoted_texts(const std::vector<std::string>& texts) {
  return listed(texts, [](const std::string& text) { return "\"" + text + "\""; });
}

// An answer as text: a string, or a number as JSON writes it; null is none.
std::string answer_text(const Json& value, const std::string& column, const SourceTable& table,
                        const Row& row) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw row_error("an answer in the column \"" + column + "\" is no text", table, row)
      .expected("text or a number")
      .found(value.type_name());
}

std::vector<std::string> list_of(const Json& list, const std::string& column, const SourceTable& table,
                                 const Row& row) {
  std::vector<std::string> texts;
  for (const auto& item : list) texts.push_back(answer_text(item, column, table, row));
  return texts;
}

std::optional<std::size_t> place_of(const std::vector<std::string>& texts, const std::string& text) {
  const auto found = std::find(texts.begin(), texts.end(), text);
  if (found == texts.end()) return std::nullopt;
  return static_cast<std::size_t>(found - texts.begin());
}

// "2" is the third, and so is "C".
std::optional<std::size_t> counted_place(const std::string& label) {
  std::size_t place = 0;
  const auto [stop, problem] = std::from_chars(label.data(), label.data() + label.size(), place);
  if (problem == std::errc() && stop == label.data() + label.size()) return place;
  if (label.size() == 1 && label[0] >= 'A' && label[0] <= 'Z')
    return static_cast<std::size_t>(label[0] - 'A');
  if (label.size() == 1 && label[0] >= 'a' && label[0] <= 'z')
    return static_cast<std::size_t>(label[0] - 'a');
  return std::nullopt;
}

}  // namespace

ChoiceReader::ChoiceReader(std::vector<std::string> columns, std::string label)
    : columns_(std::move(columns)), label_(std::move(label)) {}

ChoiceReader::Answers ChoiceReader::answers(const SourceTable& table, const Row& row) const {
  Answers answers;
  if (columns_.size() > 1) {
    for (const auto& column : columns_)
      answers.texts.push_back(answer_text(find_column(row, column, table), column, table, row));
    return answers;
  }
  const std::string& column = columns_.front();
  Json value = find_column(row, column, table);
  const auto wrong = [&] {
    return row_error("the column \"" + column + "\" holds no answers", table, row)
        .expected("a list of texts, or {\"text\": [...], \"label\": [...]}; in csv the same as JSON text")
        .found(value.is_string() ? value.dump() : value.type_name())
        .hint("Where answers stand in a column each, name all of them: choices = [\"right\", \"wrong1\"].");
  };
  if (value.is_string()) try {
      value = parse_json(value.get<std::string>(), column);
    } catch (const Error&) {
      throw wrong();
    }
  if (value.is_object() && value.contains("text")) {
    if (value.contains("label") && value["label"].is_array())
      answers.names = list_of(value["label"], column, table, row);
    value = value["text"];
  }
  if (!value.is_array()) throw wrong();
  answers.texts = list_of(value, column, table, row);
  if (!answers.names.empty() && answers.names.size() != answers.texts.size())
    throw row_error("the answers in the column \"" + column + "\" have another number of names", table, row)
        .expected(std::to_string(answers.texts.size()))
        .found(std::to_string(answers.names.size()));
  return answers;
}

std::size_t ChoiceReader::right_one(const Answers& answers, const SourceTable& table, const Row& row) const {
  const std::string label = column_text(row, label_, table, false);
  const auto refuse = [&](const std::string& what) {
    return row_error(what, table, row)
        .expected("the right answer's place from 0, a letter, its name, or its text")
        .found("\"" + label + "\" for the answers " + quoted_texts(answers.texts))
        .hint("Answers are counted from 0, in the order of the list or of [data] choices.");
  };
  if (label.empty()) throw refuse("the label is empty");
  std::optional<std::size_t> by_text, by_place;
  if (!answers.names.empty()) {
    by_text = place_of(answers.names, label);
  } else {
    if (find_column(row, label_, table).is_string()) by_text = place_of(answers.texts, label);
    by_place = counted_place(label);
    if (by_place && *by_place >= answers.texts.size()) by_place.reset();
  }
  if (by_text && by_place && *by_text != *by_place)
    throw refuse("the label is the text of one answer and the place of another");
  if (!by_text && !by_place) throw refuse("the label names none of the answers");
  const std::size_t right = by_text ? *by_text : *by_place;
  if (normalise_text(answers.texts[right]).empty()) throw refuse("the right answer is empty");
  return right;
}

std::array<DrawnChoice, 2> ChoiceReader::draw(const SourceTable& table, const Row& row, Random random) const {
  const Answers all = answers(table, row);
  const std::size_t right = right_one(all, table, row);
  const std::string right_text = normalise_text(all.texts[right]);
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < all.texts.size(); ++i)
    if (const auto text = normalise_text(all.texts[i]); !text.empty() && text != right_text)
      wrong.push_back(i);
  if (wrong.empty())
    throw row_error("the question has no wrong answer", table, row)
        .expected("at least two different answers")
        .found(quoted_texts(all.texts))
        .hint("Remove this row.");
  const std::size_t drawn = wrong[random.below(wrong.size())];
  std::array<DrawnChoice, 2> two{{{all.texts[right], right, true}, {all.texts[drawn], drawn, false}}};
  if (random.below(2)) std::swap(two[0], two[1]);
  return two;
}

std::vector<std::string> ChoiceReader::read(const SourceTable& table, const Row& row) const {
  return answers(table, row).texts;
}

}  // namespace qinglan
