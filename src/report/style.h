#pragma once
// The style sheet of the HTML report: system fonts, light and dark, phone and paper. Colours of the three
// scores (amber, teal, indigo) differ in lightness too and never carry a meaning alone.

#include <string_view>

namespace qinglan {

std::string_view style_sheet();

}  // namespace qinglan
