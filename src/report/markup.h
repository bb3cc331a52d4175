#pragma once
// HTML and SVG that cannot be unbalanced or unescaped: strings enter only through words(), text() and
// attribute values, all of which escape. Elements without a body are closed in place ("<rect ... />"), fit
// for HTML and XML alike.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qinglan {

class Markup {
 public:
  Markup() = default;
  const std::string& str() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  Markup& operator+=(const Markup& other) {
    bytes_ += other.bytes_;
    return *this;
  }
  friend Markup operator+(Markup left, const Markup& right) { return left += right; }

 private:
  friend Markup text(std::string_view raw);
  friend Markup words(std::string_view raw);
  friend Markup trusted(std::string_view markup);
  std::string bytes_;
};

// Values are text(); those of "aria-label" are words().
using Attributes = std::vector<std::pair<std::string_view, std::string>>;

// Escaped for a body and for a quoted attribute; control characters and invalid UTF-8 become U+FFFD.
Markup text(std::string_view raw);
// As text(), and meant for a reader: in_language() (language.h) may say it in another language. Names that
// users gave are text(). Marked by two control characters, which text() lets nobody forge.
inline constexpr char kWordsBegin = '\x01', kWordsEnd = '\x02';
Markup words(std::string_view raw);
// A constant of this room (the style sheet), never anything of a user.
Markup trusted(std::string_view markup);
Markup element(std::string_view tag, const Attributes& attributes, const Markup& body);
Markup element(std::string_view tag, const Markup& body);
// With words() as its body.
Markup element(std::string_view tag, std::string_view raw);
Markup element(std::string_view tag, const Attributes& attributes, std::string_view raw);
// <tag attributes/>
Markup leaf(std::string_view tag, const Attributes& attributes = {});

}  // namespace qinglan
