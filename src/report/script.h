#pragma once
// The script of the HTML report: sorts the tables of cells, filters all that belongs to a cell, unfolds what
// a link points to. The page is whole without it.

#include <string>
#include <string_view>

namespace qinglan {

std::string_view page_script();
// As a content security policy names it: "sha256-..." of the script's bytes.
std::string script_hash();

}  // namespace qinglan
