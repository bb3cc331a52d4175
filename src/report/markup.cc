#include "report/markup.h"

#include "report/utf8.h"

namespace qinglan {
namespace {

Markup opening(std::string_view tag, const Attributes& attributes, std::string_view end) {
  Markup markup = trusted("<");
  markup += trusted(tag);
  for (const auto& [name, value] : attributes)
    markup += trusted(" ") + trusted(name) + trusted("=\"") +
              (name == "aria-label" ? words(value) : text(value)) + trusted("\"");
  return markup += trusted(end);
}

}  // namespace

Markup text(std::string_view raw) {
  Markup markup;
  std::string& out = markup.bytes_;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const char32_t c = next_code_point(raw, at);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
        out += '\n';
        break;  // meant only in preformatted text
      default: {
        std::string one;
        append_utf8(one, c);
        out += plain_line(one);
      }
    }
  }
  return markup;
}

Markup words(std::string_view raw) {
  Markup markup;
  if (raw.empty()) return markup;
  markup.bytes_ = kWordsBegin + text(raw).str() + kWordsEnd;
  return markup;
}

Markup trusted(std::string_view markup) {
  Markup out;
  out.bytes_ = markup;
  return out;
}

Markup element(std::string_view tag, const Attributes& attributes, const Markup& body) {
  return opening(tag, attributes, ">") + body + trusted("</") + trusted(tag) + trusted(">");
}
Markup element(std::string_view tag, const Markup& body) { return element(tag, {}, body); }
Markup element(std::string_view tag, std::string_view raw) { return element(tag, {}, words(raw)); }
Markup element(std::string_view tag, const Attributes& attributes, std::string_view raw) {
  return element(tag, attributes, words(raw));
}
Markup leaf(std::string_view tag, const Attributes& attributes) { return opening(tag, attributes, "/>"); }

}  // namespace qinglan
