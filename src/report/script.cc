#include "report/script.h"

#include "base/base64.h"
#include "base/hash.h"

namespace qinglan {
namespace {

constexpr std::string_view kScript = R"js(
"use strict";

// Numbers by data-v, else text; what has neither stands last in both directions.
function valueOf(row, column) {
  const cell = row.cells[column];
  if (cell.hasAttribute("data-v")) return Number(cell.getAttribute("data-v"));
  return cell.classList.contains("number") ? null : cell.textContent;
}

function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
}

function sortBy(table, head) {
  const order = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
  const next = order === undefined ? "ascending" : order;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  if (next) head.setAttribute("aria-sort", next);
  const body = table.tBodies[0], sign = next === "descending" ? -1 : 1;
  const rows = Array.from(body.rows);
  const value = next ? (row) => valueOf(row, head.cellIndex) : (row) => Number(row.dataset.cell);
  const valued = rows.map((row) => [value(row), row]);
  valued.sort((a, b) => compare(a[0], b[0], sign) || a[1].dataset.cell - b[1].dataset.cell);
  body.append(...valued.map((pair) => pair[1]));
}

function makeSortable(table) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, head));
  }
}

function makeFilter(form) {
  const rows = document.querySelectorAll("tr[data-cell]");
  const members = document.querySelectorAll("[data-cell]");
  const shown = document.getElementById("cells-shown");
  const fits = (row, asked) => {
    for (const [key, value] of asked) {
      if (value === "") continue;
      if (key === "find" ? !row.cells[0].textContent.toLowerCase().includes(value.toLowerCase())
                         : row.dataset[key] !== value) return false;
    }
    return true;
  };
  const apply = () => {
    const asked = Array.from(new FormData(form)), kept = new Set();
    for (const row of rows) if (fits(row, asked)) kept.add(row.dataset.cell);
    for (const one of members) one.classList.toggle("off", !kept.has(one.dataset.cell));
    shown.textContent = String(kept.size);
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  form.hidden = false;
}

function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  target.scrollIntoView();
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
const filter = document.getElementById("filter");
if (filter) makeFilter(filter);
addEventListener("hashchange", unfold);
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) unfold();
});
unfold();
)js";

}  // namespace

std::string_view page_script() { return kScript; }

std::string script_hash() {
  const std::string hex = sha256_hex(kScript);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return "sha256-" + base64_encode(bytes);
}

}  // namespace qinglan
