#include "audit/headline.h"

#include "audit/words.h"

namespace qinglan {
namespace {

struct Named {
  std::string labels, itself;
};

Named supervisor_words(const Cell& cell) {
  if (cell.supervisor_kind == "lexicon") return {"labels of a word list", "the list itself"};
  if (cell.supervisor_kind == "labels") return {"labels from a file", "those labels themselves"};
  if (cell.supervisor_kind == "annotators")
    return {"combined labels of several annotators", "those labels themselves"};
  if (cell.supervisor_kind == "ngrams" && cell.supervisor == "ngrams")
    return {"labels of an n-gram model", "that model itself"};
  if (cell.supervisor_kind == "elicit" && cell.supervisor.starts_with("few-shot:"))
    return {"labels elicited by a few true ones (" + cell.supervisor + ")", "those labels themselves"};
  if (cell.supervisor_kind == "elicit")
    return {"labels elicited without ground truth (" + cell.supervisor + ")", "those labels themselves"};
  if (cell.supervisor_kind == "corrupted")
    return {"ground truth with errors put in (" + cell.supervisor + ")", "those labels themselves"};
  return {"labels of " + cell.supervisor, cell.supervisor + " itself"};
}

// " passed on by a and b"; empty without a chain.
std::string chain_words(const Cell& cell) {
  std::string words;
  for (std::size_t i = 0; i + 1 < cell.chain.size(); ++i)
    words += (i == 0 ? " passed on by " : ", then by ") + cell.chain[i].name;
  return words;
}

std::string ending(const CellJudgement& judged, const Five& five) {
  switch (judged.verdict) {
    case Verdict::recovered:
    case Verdict::partial:
      return share_of_gap(five.pgr);
    case Verdict::gain:
      return "a gain of " + difference_in_metric(judged.metric, five.gain).substr(1) + " over the supervisor";
    case Verdict::no_gain:
      return "no gain over the supervisor";
    case Verdict::harmful:
      return "worse than the supervisor (" + difference_in_metric(judged.metric, five.gain) + ")";
    case Verdict::underpowered:
      return five.gain.defined() ? "too few seeds or test rows to tell what was gained"
                                 : "what was gained is undefined";
    case Verdict::ceiling_invalid:
      return "the ceiling cannot be trusted, so no share of the gap is given";
    case Verdict::control_failed:
      return "a control failed, so the score is no evidence of learning from the supervisor";
    case Verdict::failed:
      break;
  }
  return "failed";
}

}  // namespace

std::string headline_of(const Cell& cell, const CellJudgement& judged) {
  const Named supervisor = supervisor_words(cell);
  const std::string head = cell.student + " trained " +
                           (cell.method == "naive" ? "" : "by " + cell.method + " ") + "on " +
                           supervisor.labels + chain_words(cell);
  if (judged.verdict == Verdict::failed) return head + " gave no result: " + judged.reason + ".";
  const Five& five = judged.fives.at(judged.metric);
  if (!five.weak_to_strong.defined())
    return head + " has no score that could be judged: " + five.weak_to_strong.undefined + ".";
  const std::string unit = judged.metric == "auroc"               ? "an AUROC of "
                           : judged.metric == "balanced_accuracy" ? "a balanced accuracy of "
                                                                  : "";
  std::string text = head + " scored " + unit + in_metric(judged.metric, five.weak_to_strong);
  if (five.weak_floor.defined())
    text += "; " + supervisor.itself + " " + in_metric(judged.metric, five.weak_floor.value);
  if (five.strong_ceiling.defined())
    text += ", ground truth would give " + in_metric(judged.metric, five.strong_ceiling.value);
  return text + ": " + ending(judged, five) + ".";
}

}  // namespace qinglan
