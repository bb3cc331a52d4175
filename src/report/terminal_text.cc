#include "report/terminal_text.h"

#include <algorithm>
#include <sstream>

#include "report/utf8.h"

namespace qinglan {
namespace {

const char* color_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "1;32";
    case Tone::part:
      return "1;36";
    case Tone::flat:
      return "1";
    case Tone::unsure:
      return "1;33";
    case Tone::bad:
      break;
  }
  return "1;31";
}

std::string spaces(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

}  // namespace

std::string padded(const std::string& text, int width, bool right) {
  const std::string fill = spaces(width - display_width(text));
  return right ? fill + text : text + fill;
}

std::string TerminalText::paint(const char* code, const std::string& text) const {
  return color_ && !text.empty() ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

void TerminalText::heading(const std::string& title) {
  blank();
  line(bold(title));
}

void TerminalText::wrapped(int indent, int hanging, const std::string& words) {
  std::istringstream stream(plain_line(words));
  std::string row = spaces(indent), word;
  int used = indent;
  bool fresh = true;
  while (stream >> word) {
    const int wide = display_width(word);
    if (!fresh && used + 1 + wide > width_) {
      line(row);
      row = spaces(hanging);
      used = hanging;
      fresh = true;
    }
    row += (fresh ? "" : " ") + word;
    used += wide + (fresh ? 0 : 1);
    fresh = false;
  }
  line(row);
}

void TerminalText::spread(int indent, const std::string& left, const std::string& right, Tone right_tone) {
  const std::string name = plain_line(left);
  const int gap = width_ - indent - display_width(name) - display_width(right);
  if (gap >= 2) {
    line(spaces(indent) + bold(name) + spaces(gap) + paint(color_of(right_tone), right));
  } else {
    wrapped(indent, indent + 2, name);
    line(spaces(width_ - display_width(right)) + paint(color_of(right_tone), right));
  }
}

void TerminalText::table(int indent, const std::vector<Row>& rows) {
  std::vector<int> widths;
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (c == widths.size()) widths.push_back(0);
      widths[c] = std::max(widths[c], display_width(plain_line(row.cells[c])));
    }
  for (const Row& row : rows) {
    std::string text = spaces(indent);
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      text += (c ? "  " : "") + padded(plain_line(row.cells[c]), widths[c], c > 0);
    text.erase(text.find_last_not_of(' ') + 1);
    line(row.dim ? dim(text) : text);
  }
}

}  // namespace qinglan
