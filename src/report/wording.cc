#include "report/wording.h"

#include <algorithm>
#include <map>

#include "report/number.h"

namespace qinglan {
namespace {

std::string known(const std::map<std::string, std::string>& table, const std::string& name) {
  const auto it = table.find(name);
  return it == table.end() ? "" : it->second;
}

}  // namespace

VerdictWords words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::recovered:
      return {Tone::good, "✓", "Recovered",
              "The student clearly beats its supervisor, and the whole interval says that at least 80% of "
              "the gap to "
              "the ceiling was recovered."};
    case Verdict::gain:
      return {Tone::good, "✓", "Gain",
              "There is no ceiling to compare with. The student beats its supervisor by more than the least "
              "gain that "
              "counts, with its whole interval."};
    case Verdict::partial:
      return {Tone::part, "◐", "Partly recovered",
              "The student beats its supervisor: the interval of the gain lies above zero. Believe the lower "
              "end of "
              "the recovered share, not its middle."};
    case Verdict::no_gain:
      return {Tone::flat, "=", "No gain",
              "This was measured well enough to say so: the student is as good as its supervisor, within the "
              "least "
              "difference that counts."};
    case Verdict::underpowered:
      return {Tone::unsure, "?", "Cannot tell yet",
              "Too few seeds or test rows for a decision. It is neither a success nor a failure; read no "
              "direction "
              "into the middle of the interval."};
    case Verdict::ceiling_invalid:
      return {Tone::unsure, "?", "Ceiling invalid",
              "The student trained on ground truth is no ceiling to measure against: it learned too little, "
              "or not on "
              "every seed. A recovered share would have no meaning."};
    case Verdict::harmful:
      return {Tone::bad, "✗", "Harmful",
              "The student is worse than its own supervisor: the interval of the gain lies below zero."};
    case Verdict::control_failed:
      return {Tone::bad, "!", "Control failed",
              "A check that must hold does not. Do not believe the score, however good it looks, before the "
              "reason is "
              "understood."};
    case Verdict::failed:
      break;
  }
  return {Tone::bad, "!", "Failed",
          "This cell did not finish, so it says nothing about weak-to-strong learning."};
}

std::string_view tone_name(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::part:
      return "part";
    case Tone::flat:
      return "flat";
    case Tone::unsure:
      return "unsure";
    case Tone::bad:
      break;
  }
  return "bad";
}

std::string metric_words(const std::string& metric) {
  if (metric == "auroc") return "AUROC";
  if (metric == "balanced_accuracy") return "balanced accuracy";
  if (metric == "matched_accuracy") return "prior-matched accuracy";
  return metric;
}

std::string tune_words(const std::string& tune) {
  const auto words = known({{"probe", "linear probe on frozen features"},
                            {"lora", "LoRA adapters"},
                            {"full", "all weights trained"}},
                           tune);
  if (!words.empty()) return words;
  if (tune.starts_with("lora-top-")) return "LoRA adapters on the top blocks (" + tune + ")";
  if (tune.starts_with("top-")) return "the top blocks trained (" + tune + ")";
  return tune;
}

std::string supervisor_words(const Cell& cell) {
  if (cell.supervisor_kind == "lexicon") return "a word list whose valences are summed; nothing is learned";
  if (cell.supervisor_kind == "ngrams")
    return "logistic regression on bags of n-grams, fitted on ground truth";
  if (cell.supervisor_kind == "labels") return "labels read from a file";
  if (cell.supervisor_kind == "elicit" && cell.supervisor.starts_with("few-shot:"))
    return "what a pretrained model answers after a few rows with their true labels";
  if (cell.supervisor_kind == "elicit") return "what a pretrained model answers by itself; no label was used";
  if (cell.supervisor_kind == "corrupted")
    return "ground truth with errors put in on purpose: an experiment on errors, not a supervisor to have";
  if (cell.supervisor_kind == "annotators")
    return "answers of several annotators, combined without ground truth";
  if (cell.supervisor_kind == "model")
    return "a model fitted on ground truth" +
           (cell.supervisor_tune.empty() ? "" : " (" + tune_words(cell.supervisor_tune) + ")");
  return cell.supervisor_kind;
}

std::string method_words(const std::string& method) {
  return known({{"naive", "learns the weak labels as they are, by cross-entropy"},
                {"logconf",
                 "cross-entropy on the weak labels, mixed with a term that lets the student trust its own "
                 "confident answers where it disagrees"}},
               method);
}

std::string control_words(const std::string& control) {
  return known(
      {{"majority class", "always answers the most frequent class"},
       {"majority vote",
        "what most of the same annotators say; a cleverer combination that does not beat it is not worth it"},
       {"single supervisor",
        "one supervisor of the same kind in place of the ensemble, which is to beat it or only costs"},
       {"without the chain", "the same student, taught by the supervisor itself"},
       {"locked, untaught",
        "the student that was taught to hide what it can, before any weak label: what those then teach it"},
       {"constant", "always gives the same answer"},
       {"shuffled", "the student trained on weak labels dealt out at random; above chance means a leak"},
       {"n-gram student",
        "a bag-of-n-grams student on the same weak labels; what surface words alone explain"},
       {"zero-shot", "the student before any training, read off its own words for the classes"},
       {"random-init", "the student's shape without its pretraining, on the same weak labels"},
       {"length-only", "predicts from the length of the text alone"},
       {"weak-twice",
        "a second supervisor of the same kind, trained on the first one's labels; what training again "
        "explains without a stronger student"}},
      control);
}

std::string kind_words(const std::string& kind) {
  const auto words = known({{"weak_floor", "weak floor"},
                            {"weak_to_strong", "weak-to-strong"},
                            {"strong_ceiling", "strong ceiling"}},
                           kind);
  return words.empty() ? kind : words;
}

std::vector<std::string> cell_labels(const Record& record) {
  std::vector<std::string> labels;
  std::map<std::string, int> uses;
  for (const Cell& cell : record.cells) {
    std::string path = cell.supervisor;
    for (const ChainStudent& student : cell.chain)
      if (&student != &cell.chain.back()) path += " → " + student.name;
    labels.push_back(path + " → " + cell.student + " · " + cell.method);
    ++uses[labels.back()];
  }
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (uses[labels[i]] > 1) labels[i] += " (" + record.cells[i].id + ")";
  return labels;
}

Five declared_five(const CellJudgement& judgement) {
  const auto it = judgement.fives.find(judgement.metric);
  const Five none;
  const Five& five = it == judgement.fives.end() ? none : it->second;
  return {measured(five.weak_floor), measured(five.weak_to_strong), measured(five.strong_ceiling),
          measured(five.gain), measured(five.pgr)};
}

std::optional<double> chance_of(const Record& record, const std::string& metric) {
  if (metric == "auroc") return 0.5;
  if (metric == "balanced_accuracy")
    return 1.0 / static_cast<double>(std::max<std::size_t>(1, record.data.classes.size()));
  const auto& shares = record.data.test_share;
  if (shares.empty()) return std::nullopt;
  return *std::max_element(shares.begin(), shares.end());
}

std::string params_text(const Json& params) {
  std::string line;
  for (const auto& [key, value] : params.items())
    line += (line.empty() ? "" : ", ") + key + " = " + json_value_text(value);
  return line;
}

std::string compat_text(const Json& spec) {
  if (!spec.is_object() || !spec.contains("compat")) return "";
  const Json& compat = spec["compat"];
  if (!compat.is_object() || !compat.contains("name")) return "";
  const auto names = [&](const char* key) {
    std::string all;
    for (const auto& name : compat.value(key, Json::array()))
      all += (all.empty() ? "" : ", ") + json_value_text(name);
    return all;
  };
  const std::string aside = names("set_aside");
  return "compat " + json_value_text(compat["name"]) + ": " + names("deviations") +
         (aside.empty() ? "" : "; set aside by the spec: " + aside);
}

}  // namespace qinglan
