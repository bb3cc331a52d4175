#include "report/html_evidence.h"

#include <algorithm>
#include <map>

#include "report/number.h"
#include "report/wording.h"

namespace qinglan {
namespace {

Markup tile(const std::string& term, const std::string& value) {
  return element("div", {{"class", "tile"}}, element("dt", term) + element("dd", value));
}

struct KindSum {
  std::int64_t computed = 0, reused = 0, failed = 0, peak_memory = 0;
  double seconds = 0, flops = 0;
};

Markup ledger_by_kind(const Ledger& ledger) {
  std::map<std::string, KindSum> sums;
  for (const LedgerNode& node : ledger.nodes) {
    KindSum& sum = sums[node.kind];
    ++(node.state == "computed" ? sum.computed : node.state == "reused" ? sum.reused : sum.failed);
    sum.peak_memory = std::max(sum.peak_memory, node.peak_memory);
    sum.seconds += node.seconds;
    sum.flops += node.flops;
  }
  if (sums.empty()) return {};
  std::vector<std::vector<TableCell>> rows;
  for (const auto& [kind, sum] : sums)
    rows.push_back({cell_text(kind_words(kind)), cell_text(grouped_number(sum.computed)),
                    cell_text(grouped_number(sum.reused)), cell_text(grouped_number(sum.failed)),
                    cell_text(seconds_text(sum.seconds)), cell_text(flops_text(sum.flops)),
                    cell_text(bytes_text(sum.peak_memory))});
  return table("By kind of node",
               {"Kind", "Computed", "Reused", "Failed", "Time", "Arithmetic", "Peak memory"}, rows);
}

Markup ledger_nodes(const Ledger& ledger) {
  std::vector<std::vector<TableCell>> rows;
  for (const LedgerNode& node : ledger.nodes)
    rows.push_back({cell_code(short_key(node.key)), cell_text(kind_words(node.kind)), cell_text(node.state),
                    cell_text(seconds_text(node.seconds)), cell_text(flops_text(node.flops)),
                    cell_text(bytes_text(node.peak_memory))});
  if (rows.empty()) return {};
  return details(
      "Node by node (" + grouped_number(static_cast<std::int64_t>(rows.size())) + ")",
      table("Every node of this run", {"Key", "Kind", "State", "Time", "Arithmetic", "Peak memory"}, rows),
      true);
}

// {"role": "key"} as "role 0123456789ab, ...".
std::string inputs_text(const Json& certificate) {
  const auto inputs = certificate.find("inputs");
  if (inputs == certificate.end() || !inputs->is_object()) return "not recorded";
  std::string words;
  for (const auto& [role, key] : inputs->items())
    words += (words.empty() ? "" : ", ") + role + " " + short_key(json_value_text(key));
  return words.empty() ? "nothing" : words;
}

std::string ground_truth_text(const Json& certificate) {
  const auto uses = certificate.find("ground_truth");
  if (uses == certificate.end() || !uses->is_array()) return "not recorded";
  std::string words;
  for (const Json& use : *uses) {
    if (!use.is_object()) return "not recorded";
    const auto rows = use.find("rows"), purpose = use.find("purpose");
    words += words.empty() ? "" : ", ";
    words += rows != use.end() && rows->is_number_integer() ? grouped_number(rows->get<std::int64_t>()) : "?";
    words += " rows for " + (purpose != use.end() ? json_value_text(*purpose) : "a purpose not recorded");
  }
  return words.empty() ? "none" : words;
}

std::string enforced_text(const Json& certificate) {
  const auto enforced = certificate.find("enforced");
  if (enforced == certificate.end() || !enforced->is_boolean()) return "not recorded";
  return enforced->get<bool>() ? "enforced by the kernel" : "declared, not enforced";
}

}  // namespace

Markup ledger_section(const Page& page) {
  if (!page.options.ledger) return {};
  const Ledger& ledger = page.record.ledger;
  const Markup tiles =
      tile("Arithmetic", flops_text(ledger.flops)) + tile("Time", seconds_text(ledger.seconds)) +
      tile("Peak memory", bytes_text(ledger.peak_memory)) +
      tile("Nodes computed", grouped_number(ledger.computed)) +
      tile("Nodes reused", grouped_number(ledger.reused)) +
      (ledger.failed > 0 ? tile("Nodes failed", grouped_number(ledger.failed)) : Markup()) +
      (ledger.claims > 0 ? tile("Runs of this store that claimed something about these test rows",
                                grouped_number(ledger.claims))
                         : Markup());
  return section(
      "ledger", "What it cost",
      card(element("dl", {{"class", "tiles"}}, tiles) + ledger_by_kind(ledger) + ledger_nodes(ledger)));
}

Markup certificate_section(const Page& page) {
  std::vector<std::vector<TableCell>> rows;
  bool all_enforced = true;
  for (const auto& [key, series] : page.record.series) {
    const std::string enforced = enforced_text(series.certificate);
    all_enforced = all_enforced && enforced == "enforced by the kernel";
    rows.push_back({cell_text(kind_words(series.kind)), cell_code(short_key(series.node)),
                    cell_text(series.status + (series.why.empty() ? "" : ": " + series.why)),
                    cell_text(ground_truth_text(series.certificate)),
                    cell_text(inputs_text(series.certificate)), cell_text(enforced)});
  }
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a[0].body.str() < b[0].body.str(); });
  const Markup what =
      table("One row a model: its inputs are all that it could have seen",
            {"Model", "Node", "Outcome", "Ground truth used", "Inputs", "Kept to its inputs"}, rows);
  return section(
      "certificates", "What each student could have seen",
      card(paragraph("Every model was handed only the inputs listed with it. Test labels are opened by the "
                     "engine alone, after the predictions are published.") +
           paragraph(all_enforced
                         ? "All were confined to their inputs by the kernel."
                         : "Where the kernel could not confine a model, its inputs are declared only.") +
           (rows.size() > 16
                ? details("All " + grouped_number(static_cast<std::int64_t>(rows.size())) + " models", what)
                : what)));
}

Markup spec_section(const Page& page) {
  const Record& record = page.record;
  std::vector<std::vector<TableCell>> rows = {
      {cell_text("Run"), cell_code(record.run)},
      {cell_text("Data"), cell_code(record.data.key)},
      {cell_text("Claim"), cell_code(record.claim.digest)},
      {cell_text("Engine"), cell_code("qinglan " + record.engine_version)}};
  std::vector<std::vector<TableCell>> keys;
  for (const auto& [key, series] : record.series)
    keys.push_back({cell_text(kind_words(series.kind)), cell_code(key)});
  Markup body = table("Names of exactly what was run (SHA-256)", {"What", "Digest"}, rows);
  if (!keys.empty())
    body += details("Node keys", table("Every model's node key", {"Model", "Key"}, keys), true);
  body += element("h3", "Numerics profile") +
          element("pre", {{"tabindex", "0"}}, element("code", text(pretty_json(record.profile))));
  body += element("h3", "Spec") +
          paragraph("Resolved: every value that was used, defaults included.", "soft") +
          element("pre", {{"tabindex", "0"}}, element("code", text(pretty_json(record.spec))));
  return section("spec", "What was run, exactly", card(body));
}

}  // namespace qinglan
