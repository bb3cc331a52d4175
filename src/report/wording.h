#pragma once
// The words of a report: what a verdict means, what a control shows, what a method does. Names that this file
// does not know are shown as they are.

#include <string>
#include <string_view>
#include <vector>

#include "audit/judgement.h"

namespace qinglan {

enum class Tone { good, part, flat, unsure, bad };

struct VerdictWords {
  Tone tone;
  const char* mark;     // tells verdicts apart without colour
  const char* label;    // "Partly recovered"
  const char* meaning;  // how to read it, in one or two sentences
};
VerdictWords words_of(Verdict verdict);
std::string_view tone_name(Tone tone);

std::string metric_words(const std::string& metric);    // "accuracy", "balanced accuracy", "AUROC"
std::string tune_words(const std::string& tune);        // "linear probe on frozen features"; "" for none
std::string supervisor_words(const Cell& cell);         // "a word list whose valences are summed"
std::string method_words(const std::string& method);    // what the student minimises; "" if not known here
std::string control_words(const std::string& control);  // what the control shows; "" if not known here
std::string kind_words(const std::string& kind);        // of a series: "weak floor"

// "supervisor → student · method", and the cell's id where that alone is not distinct. In the record's order.
std::vector<std::string> cell_labels(const Record& record);
// The declared metric's five; all undefined where the cell has none.
Five declared_five(const CellJudgement& judgement);
// The rate of a guesser on the tested rows: majority rate, 1/C or .5. Nothing where shares are not recorded.
std::optional<double> chance_of(const Record& record, const std::string& metric);
// "alpha = 0.5, warm-up = 0.2"; "" for none.
std::string params_text(const Json& params);
// The compat profile that the run stood under, and its deviations by name; "" for none.
std::string compat_text(const Json& spec);

}  // namespace qinglan
