#include "report/html_card.h"

namespace qinglan {
namespace {

Markup part(const std::string& title, const std::vector<std::string>& lines) {
  return element("div", {}, element("h4", title) + list_of(lines, "plain"));
}

}  // namespace

Markup verdict_card_lists(const CellJudgement& judged) {
  const VerdictCard& card = judged.card;
  if (card.sure.empty()) return {};
  std::vector<std::string> sure = {judged.reason};
  sure.insert(sure.end(), card.sure.begin(), card.sure.end());
  return element("div", {{"class", "verdict-card"}},
                 part("How sure", sure) + part("What would overturn it", card.overturn) +
                     part("What was not tested", card.untested));
}

}  // namespace qinglan
