#pragma once
// Lines, colours and columns of a terminal.

#include <string>
#include <vector>

#include "report/wording.h"

namespace qinglan {

// Paints only where asked to; every string that comes in is made one plain line first.
class TerminalText {
 public:
  TerminalText(bool color, int width) : color_(color), width_(width < 60 ? 60 : width) {}

  int width() const { return width_; }
  void blank() { out_ += '\n'; }
  void heading(const std::string& title);
  void line(const std::string& line) { out_ += line + '\n'; }
  // Broken between words; later lines are indented by `hanging`.
  void wrapped(int indent, int hanging, const std::string& words);
  // `left` and, flush right, `right`; on two lines where they do not fit on one.
  void spread(int indent, const std::string& left, const std::string& right, Tone right_tone);
  // Columns as wide as their widest entry; the first flush left, the others right. Later rows may be dimmed.
  struct Row {
    std::vector<std::string> cells;
    bool dim = false;
  };
  void table(int indent, const std::vector<Row>& rows);

  std::string dim(const std::string& text) const { return paint("2", text); }
  std::string bold(const std::string& text) const { return paint("1", text); }
  const std::string& str() const { return out_; }

 private:
  std::string paint(const char* code, const std::string& text) const;

  bool color_;
  int width_;
  std::string out_;
};

std::string padded(const std::string& text, int width, bool right);

}  // namespace qinglan
