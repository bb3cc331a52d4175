#include "audit/stress/tests.h"
#include "audit/stress/word_view.h"

namespace qinglan {

StressFinding judge_quirk(const StressEvidence& evidence, double bound) {
  const auto cells = evidence.spoilt_by("corrupt:keyword");
  if (cells.empty()) return not_tested("no cell learns from labels that are wrong by a word");
  const WordView view(cells.front());
  if (!view.known()) return nothing_to_view();
  const auto with = [&](auto i) { return view.with[i]; };
  const auto without = [&](auto i) { return !view.with[i]; };
  const auto clean_wrong = [&](auto s, auto i) { return !view.clean.right(s, i); };
  const auto wrong = [&](auto s, auto i) { return !view.spoilt.right(s, i); };
  const auto more = [&](auto s, auto i) { return int(wrong(s, i)) - int(clean_wrong(s, i)); };
  const std::string word = cells.front().params.at("word");
  return finding_of({{"wrong on rows with \"" + word + "\" without the rule",
                      view.share(clean_wrong, with, kNoRow), "share"},
                     {"wrong on them once taught the rule", view.share(wrong, with, kNoRow), "share"},
                     {"more wrong on them", view.difference(more, with, kNoRow), "points", true},
                     {"more wrong on all other rows", view.difference(more, without, kNoRow), "points"}},
                    bound);
}

}  // namespace qinglan
