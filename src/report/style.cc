#include "report/style.h"

namespace qinglan {
namespace {

constexpr std::string_view kStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f5f8f8; --card: #ffffff; --sunk: #eef3f4; --ink: #14232b; --soft: #4c5f6a; --edge: #d6e0e3;
  --floor: #b86a00; --strong: #007f73; --ceiling: #3f4db8; --control: #5f7180;
  --good: #00695f; --good-bg: #dcf3ee; --part: #2f3fa6; --part-bg: #e5e8fb; --flat: #44545e;
  --flat-bg: #e6ecee;
  --unsure: #7a4a00; --unsure-bg: #fdeed3; --bad: #a32617; --bad-bg: #fce3de;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1519; --card: #142027; --sunk: #1a2830; --ink: #e7eff2; --soft: #a3b6bf; --edge: #2b3c45;
    --floor: #e9a23b; --strong: #34c3b0; --ceiling: #93a1ff; --control: #8fa3b0;
    --good: #6fe0cd; --good-bg: #0f3a35; --part: #b3beff; --part-bg: #262e5e; --flat: #c3d0d6;
    --flat-bg: #2a3941;
    --unsure: #f6c777; --unsure-bg: #45310d; --bad: #ffad9f; --bad-bg: #4d1d16;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system,
  "Segoe UI",
  Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  overflow-wrap: anywhere; }
main, .top > div, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
.top { background: var(--card); border-bottom: 1px solid var(--edge); border-top: 4px solid transparent;
  border-image: linear-gradient(90deg, #3f4db8, #008f84) 4 0 0 0; padding: 1.75rem 0 1.25rem; }
.brand-line { display: flex; align-items: center; gap: .6rem; color: var(--soft); font-size: .9rem; }
.brand { width: 30px; height: 30px; flex: none; }
.brand-teacher { fill: #00a394; opacity: .9; }
.brand-student { fill: #4c5bd0; opacity: .88; }
h1 { font-size: 1.85rem; line-height: 1.25; margin: .7rem 0 .25rem; font-weight: 650;
  letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 1rem; font-weight: 650; }
h3 { font-size: 1.08rem; line-height: 1.4; margin: 0; font-weight: 620; }
h4 { font-size: .95rem; margin: 1.75rem 0 .5rem; font-weight: 620; }
p { margin: .6rem 0; max-width: 46rem; }
a { color: var(--part); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible, button:focus-visible, select:focus-visible,
input:focus-visible, pre:focus-visible { outline: 2px solid var(--ceiling);
  outline-offset: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, monospace;
  font-size: .84em; }
code { overflow-wrap: anywhere; }
.lead { font-size: 1.06rem; color: var(--soft); margin: 0; }
.soft, .soft p { color: var(--soft); font-size: .9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; list-style: none; margin: 1rem 0 0;
  padding: 0; font-size: .9rem; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 12px;
  padding: 1.35rem 1.5rem; margin: 0 0 1.25rem; }
.card > :first-child { margin-top: 0; }
.card-head { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  justify-content: space-between; }
.headline { font-size: 1.12rem; line-height: 1.5; margin: .8rem 0 .4rem; }
.badge { display: inline-flex; gap: .45em; align-items: center; border-radius: 999px; padding: .16em .8em;
  font-size: .88rem;
  font-weight: 620; line-height: 1.5; white-space: nowrap; border: 1px solid currentColor; }
.badge.good { color: var(--good); background: var(--good-bg); } .badge.part { color: var(--part);
  background: var(--part-bg); }
.badge.flat { color: var(--flat); background: var(--flat-bg); } .badge.bad { color: var(--bad);
  background: var(--bad-bg); }
.badge.unsure { color: var(--unsure); background: var(--unsure-bg); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem;
  margin: 1.1rem 0; }
.tile { background: var(--sunk); border-radius: 10px; padding: .7rem .95rem; }
.tile dt { font-size: .84rem; color: var(--soft); }
.tile dd { margin: 0; font-size: 1.3rem; font-weight: 620; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
.tile dd small { display: block; font-size: .82rem; font-weight: 400; color: var(--soft); }
.facts { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .55rem 1.25rem; margin: 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; min-width: 0; }
.facts dd small { display: block; color: var(--soft); font-size: .88rem; }
.verdict-card { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
  gap: .25rem 1.75rem; margin: .5rem 0 1rem; border-top: 1px solid var(--edge); }
.verdict-card h4 { margin: .9rem 0 .3rem; } .verdict-card .plain { margin: 0; padding: 0 0 0 1.1rem;
  font-size: .92rem; line-height: 1.5; } .verdict-card .plain li { margin: .25rem 0; }
.notes { margin: .75rem 0 0; padding: 0; list-style: none; }
.notes li { border-left: 3px solid var(--floor); padding: .1rem 0 .1rem .8rem; margin: .5rem 0;
  font-size: .95rem; max-width: 46rem; }
.chart { margin: .75rem 0 .5rem; }
.row { display: grid; grid-template-columns: 13rem minmax(0, 1fr) 8.5rem; gap: .1rem 1rem;
  align-items: center;
  padding: .22rem 0; break-inside: avoid; }
.row .what { line-height: 1.35; font-size: .95rem; } .row .what small, .row .value small { display: block;
  color: var(--soft); font-size: .82rem; }
.row .value { text-align: right; font-variant-numeric: tabular-nums; font-size: .95rem; line-height: 1.35; }
.row > .axis-cell { grid-column: 2; line-height: 0; }
svg { display: block; overflow: visible; }
.track { fill: var(--sunk); }
.bar.floor, .dot.floor { fill: var(--floor); } .bar.strong, .dot.strong { fill: var(--strong); }
.bar.ceiling, .dot.ceiling { fill: var(--ceiling); } .bar.control, .dot.control { fill: var(--control); }
.bar { opacity: .82; } .dot { stroke: var(--card); stroke-width: 1.5; }
.whisker { stroke: var(--ink); stroke-width: 1.75; }
.guide { stroke: var(--soft); stroke-width: 1; } .guide.chance { stroke-dasharray: 3 3;
  stroke-width: 1.25; }
.guide.floor { stroke: var(--floor); stroke-width: 1.5; } .guide.ceiling { stroke: var(--ceiling);
  stroke-width: 1.5; }
.guide.strong { stroke: var(--strong); stroke-width: 1.5; } .guide.threshold { stroke-dasharray: 2 4; }
.tick { fill: var(--soft); font-size: 12px; text-anchor: middle; } .tick.first { text-anchor: start; }
.tick.last { text-anchor: end; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr));
  gap: 1.25rem 2rem; }
.line-chart { margin: .5rem 0; display: grid; grid-template-columns: 3.2rem minmax(0, 1fr);
  break-inside: avoid; }
.line-chart figcaption { grid-column: 1 / 3; font-size: .9rem; margin-bottom: .6rem; }
.plot { width: 100%; height: 170px; border-bottom: 1px solid var(--soft); }
.plot-y { position: relative; font-size: 12px; color: var(--soft); }
.plot-y span { position: absolute; right: .6rem; transform: translateY(-50%); line-height: 1; }
.plot-x { grid-column: 2; padding-top: .25rem; text-align: center; font-size: .82rem; color: var(--soft); }
.grid { stroke: var(--edge); stroke-width: 1; vector-effect: non-scaling-stroke; }
.curve, .dots { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round;
  stroke-linecap: round; }
.curve { stroke-width: 2; } .dots { stroke-width: 6.5; }
.curve.floor, .dots.floor { stroke: var(--floor); } .curve.strong, .dots.strong { stroke: var(--strong); }
.curve.ceiling, .dots.ceiling { stroke: var(--ceiling); }
.dash1 { stroke-dasharray: 7 5; } .dash2 { stroke-dasharray: 2 5; } .dash3 { stroke-dasharray: 9 4 2 4; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .35rem 0; padding: 0;
  list-style: none; font-size: .88rem; color: var(--soft); }
.legend svg { display: inline-block; vertical-align: middle; margin-right: .45rem; }
.scroll { position: relative; overflow-x: auto; margin: .5rem 0; max-width: 100%; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
caption { position: sticky; left: 0; text-align: left; color: var(--soft); font-size: .88rem; padding: .2rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-bottom: 1px solid var(--edge); }
thead th { color: var(--soft); font-weight: 560; vertical-align: bottom; }
td .badge { font-size: .8rem; padding: .1em .65em; } tbody th { font-weight: 500; min-width: 8.5rem; }
td small { display: block; color: var(--soft); font-size: .85em; } td.number { white-space: nowrap; }
td .why { white-space: normal; min-width: 7rem; }
details { margin: .75rem 0; } details > summary { cursor: pointer; font-weight: 560; font-size: .95rem;
  padding: .25rem 0; }
details.cell { background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
  padding: .45rem 1rem; margin: .5rem 0; }
details.cell > summary { list-style-position: outside; margin-left: 1rem; }
.summary-line h3 { font-size: 1em; font-weight: 560; }
.summary-line { display: inline-flex; flex-wrap: wrap; gap: .25rem .9rem; align-items: center;
  vertical-align: top; }
pre { background: var(--sunk); border-radius: 10px; padding: 1rem; margin: .5rem 0; overflow-x: auto;
  line-height: 1.5; }
footer { color: var(--soft); font-size: .86rem; padding-top: 1rem; padding-bottom: 3rem; margin-top: 3rem; }
.off { display: none !important; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
.filter { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr)); gap: .6rem 1rem;
  align-items: end; margin: 0 0 1.25rem; }
.filter[hidden] { display: none; }
.filter label { display: block; font-size: .84rem; color: var(--soft); margin-bottom: .15rem; }
.filter select, .filter input, .filter button { font: inherit; width: 100%; min-height: 2.6rem; color: var(--ink);
  background: var(--card); border: 1px solid var(--control); border-radius: 8px; padding: .3rem .6rem; }
.filter button { cursor: pointer; } .filter p { margin: .3rem 0; font-variant-numeric: tabular-nums; }
.sortable th button { font: inherit; color: inherit; background: none; border: 0; padding: .2rem 0; margin: 0;
  text-align: left; cursor: pointer; min-height: 1.75rem; }
.sortable th button::after { content: " ↕"; } .sortable th[aria-sort="ascending"] button::after { content: " ↑"; }
.sortable th[aria-sort="descending"] button::after { content: " ↓"; }
.sortable th button:hover { text-decoration: underline; }
.tall { max-height: 80vh; overflow-y: auto; }
.tall thead th { position: sticky; top: 0; background: var(--card); z-index: 1;
  box-shadow: 0 1px 0 var(--edge); }
.scatter { border-bottom: 1px solid var(--soft); overflow: hidden; }
.scatter .spot { stroke: currentColor; stroke-width: 1.5; } .scatter .sign { fill: currentColor;
  font-size: 11px; text-anchor: middle; }
.scatter .whisker { stroke: currentColor; opacity: .55; } .scatter.many .whisker { opacity: 0; }
.scatter a:hover .whisker, .scatter a:focus .whisker { opacity: 1; }
.scatter .good { color: var(--good); fill: var(--good-bg); } .scatter .part { color: var(--part);
  fill: var(--part-bg); } .scatter .flat { color: var(--flat); fill: var(--flat-bg); }
.scatter .unsure { color: var(--unsure); fill: var(--unsure-bg); } .scatter .bad { color: var(--bad);
  fill: var(--bad-bg); }
.curve.even { stroke: var(--soft); stroke-width: 1; } .curve.thin { stroke-width: 1.25; opacity: .7; }
.key::before { content: ""; display: inline-block; width: 1.6em; height: .28em; margin-right: .45em;
  vertical-align: middle; border-radius: 2px; background: var(--soft); }
.key.floor::before { background: var(--floor); } .key.strong::before { background: var(--strong); }
.key.ceiling::before { background: var(--ceiling); }
.heat td { padding: .45rem .6rem; border: 2px solid var(--card); } .heat th { padding-right: .8rem; }
.heat td a { display: block; color: inherit; text-decoration: none; } .heat td a:hover { text-decoration: underline; }
.heat td small { color: inherit; } .heat-none, .heat-many { background: var(--sunk); }
.heat-0 { background: color-mix(in srgb, var(--strong) 4%, var(--card)); }
.heat-1 { background: color-mix(in srgb, var(--strong) 9%, var(--card)); }
.heat-2 { background: color-mix(in srgb, var(--strong) 14%, var(--card)); }
.heat-3 { background: color-mix(in srgb, var(--strong) 19%, var(--card)); }
.heat-4 { background: color-mix(in srgb, var(--strong) 24%, var(--card)); }
.heat-5 { background: color-mix(in srgb, var(--strong) 29%, var(--card)); }
.heat-6 { background: color-mix(in srgb, var(--strong) 34%, var(--card)); }
.heat-7 { background: color-mix(in srgb, var(--strong) 39%, var(--card)); }
.heat-8 { background: color-mix(in srgb, var(--strong) 44%, var(--card)); }
.heat-9 { background: color-mix(in srgb, var(--strong) 49%, var(--card)); }
.row-text { display: block; white-space: pre-wrap; overflow-wrap: anywhere; } .examples tbody th { min-width: 16rem; }
.id { display: block; color: var(--soft); font-size: .85em; font-weight: 400; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main, .top > div, footer { padding: 0 1rem; }
  .card { padding: 1.05rem 1rem; border-radius: 10px; }
  h1 { font-size: 1.5rem; } h2 { margin-top: 2.25rem; }
  .facts { grid-template-columns: 1fr; gap: .1rem; } .facts dd { margin-bottom: .75rem; }
  .row { grid-template-columns: minmax(0, 1fr) auto; padding: .4rem 0; align-items: end; }
  .row > svg, .row > .axis-cell { grid-column: 1 / 3; grid-row: 2; }
  .row .value { max-width: 11rem; }
  .scroll table { min-width: 36rem; } .scroll table.heat { min-width: 0; }
  caption { max-width: calc(100vw - 4.5rem); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); } .tile .badge { white-space: normal;
    padding: .1em .6em; line-height: 1.3; } .tile:last-child:nth-child(odd) { grid-column: 1 / 3; }
  .tile { padding: .6rem .75rem; } .tile dd { font-size: 1.15rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --sunk: #f0f3f4; --ink: #000; --soft: #3d4a52; --edge: #c4ced2;
    --floor: #b86a00;
    --strong: #007f73; --ceiling: #3f4db8; --control: #5f7180; --good: #00695f; --part: #2f3fa6;
    --flat: #44545e; --unsure: #7a4a00; --bad: #a32617;
    --good-bg: #fff; --part-bg: #fff; --flat-bg: #fff; --unsure-bg: #fff; --bad-bg: #fff;
    color-scheme: light; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .filter { display: none; } .tall { max-height: none; } main, .top > div, footer { max-width: none; padding: 0; }
  .top { padding-top: .75rem; } h2 { margin-top: 1.5rem; break-after: avoid; }
  h3, h4, h3 + .soft, h4 + .soft { break-after: avoid; }
  .card { padding: .8rem 1rem; }
  .card.hero, .card-head, .tiles, .chart, tr, .line-chart { break-inside: avoid; }
  .scroll, pre { overflow: visible; } .scroll table { min-width: 0; } pre { white-space: pre-wrap; }
  thead { display: table-header-group; }
  table { font-size: 8.5pt; } thead th, td.number, .badge { white-space: normal; }
  tbody th, td .why { min-width: 0; }
  details:not(.bulk)::details-content { content-visibility: visible; display: block; block-size: auto; }
  a { color: inherit; text-decoration: none; }
}
)css";

}  // namespace

std::string_view style_sheet() { return kStyle; }

}  // namespace qinglan
