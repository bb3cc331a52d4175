#pragma once
// The report in another language. Its sentences, and the audit's, are written in English once; another
// language is a table of them. A pattern stands for all sentences that differ only in its holes: {} is taken
// over as it is (a name), and so is {n} (numbers alone), {t} is said in the language in its turn. A hole
// holds no end of a sentence or clause (". ", "; "). Of several that fit, the one with most letters of its
// own is taken. What none fits stays English, so that a reader loses nothing.

#include <span>
#include <string>
#include <string_view>

#include "report/markup.h"

namespace qinglan {

enum class Language { english, chinese };
std::string_view html_code(Language language);  // "en", "zh-Hans"
// "en" or "zh"; throws Error{usage} for others.
Language language_named(const std::string& name);

struct Saying {
  std::string_view english, translated;  // with the same holes in the same order
};
std::span<const Saying> chinese_page();      // of the report's own frame
std::span<const Saying> chinese_findings();  // of the audits and their words
std::span<const Saying> chinese_notes();     // of verdicts, headlines and notes

// The bytes of `markup` with every words() said in `language`.
std::string in_language(const Markup& markup, Language language);

}  // namespace qinglan
