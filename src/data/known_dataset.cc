#include "data/known_dataset.h"

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

// "prompt": what stands before the last answer of the assistant, the same in both replies of a pair.
void derive_prompt(Row& row) {
  const auto reply = row.fields.find("rejected");
  if (reply == row.fields.end() || !reply->is_string()) return;
  const auto text = reply->get<std::string>();
  row.fields["prompt"] = text.substr(0, text.rfind("\n\nAssistant:"));
}

}  // namespace

const std::vector<KnownDataset>& known_datasets() {
  static const std::vector<KnownDataset> all{
      {"anthropic_persona",
       "does the statement fit the behaviour that is named",
       "CC BY 4.0",
       {{"text", "{behavior}: {text}"}}},
      {"boolq",
       "yes or no over a passage; rows of one article stay together",
       "CC BY-SA 3.0",
       {{"text", "{passage}\n{question}"}, {"group", "title"}}},
      {"ethics_justice",
       "is the reason a fair one; rows with the same first eight words are variants of one and stay together",
       "MIT",
       {{"group", "text"}, {"group_words", 8}}},
      {"hh_harmless",
       "is this reply the less harmful of two; replies to one message stay together",
       "MIT",
       {{"text", "{choice}"}, {"label", "chosen"}, {"choices", {"chosen", "rejected"}}, {"group", "prompt"}},
       derive_prompt},
      {"sciq",
       "is this the right answer of a science question; one wrong answer is drawn",
       "CC BY-NC 3.0",
       {{"text", "Q: {question} A: {choice}"}, {"choices", "choices"}}},
  };
  return all;
}

const KnownDataset& find_known_dataset(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& set : known_datasets()) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  const auto near = nearest_word(name, names);
  throw Error(ErrorKind::usage, "there is no recipe \"" + name + "\"")
      .expected("one of " + listed(names))
      .hint(near ? "Did you mean \"" + *near + "\"?" : "qinglan data list shows them.");
}

}  // namespace qinglan
