#include "audit/stress/tests.h"
#include "audit/stress/word_view.h"

namespace qinglan {

StressFinding judge_spurious(const StressEvidence& evidence, double bound) {
  const auto cells = evidence.spoilt_by("corrupt:spurious");
  if (cells.empty()) return not_tested("no cell learns from labels among which a word tells the class");
  const WordView view(cells.front());
  if (!view.known()) return nothing_to_view();
  const std::int32_t spared = cells.front().params.at("class");
  const auto& truth = view.scores.record().truth;
  const auto against = [&](auto i) { return view.with[i] && truth[i] != spared; };
  const auto along = [&](auto i) { return view.with[i] && truth[i] == spared; };
  const auto clean = [&](auto s, auto i) { return view.clean.right(s, i); };
  const auto cut = [&](auto s, auto i) { return view.spoilt.right(s, i); };
  const auto fewer = [&](auto s, auto i) { return int(clean(s, i)) - int(cut(s, i)); };
  const std::string word = cells.front().params.at("word");
  return finding_of(
      {{"right on rows with \"" + word + "\" of other classes", view.share(clean, against, kNoRow), "share"},
       {"right on them once the word told the class", view.share(cut, against, kNoRow), "share"},
       {"fewer right on them", view.difference(fewer, against, kNoRow), "points", true},
       {"fewer right on rows with the word of its class", view.difference(fewer, along, kNoRow), "points"}},
      bound);
}

}  // namespace qinglan
