#include "report/page.h"

#include "report/markup.h"

namespace convoy {
namespace {

/// The style sheet. The colours of series were chosen to differ for colour-blind readers too: after Okabe and Ito,
/// "Color universal design" (2008), lightened for dark screens.
constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5d6678; --rule: #e2e5eb; --page: #ffffff; --card: #f7f8fa;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #c0609a; --c4: #e69f00; --c5: #56b4e9; --c6: #4d5566; --c7: #7a3e9d;
  --right: 0, 114, 178; --wrong: 213, 94, 0; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #9aa4b5; --rule: #2b3342; --page: #12161f; --card: #1a202c;
    --c0: #4da6e8; --c1: #ff8a4c; --c2: #2fcb9e; --c3: #ec9fcb; --c4: #f5bd48; --c5: #a5dcff; --c6: #c4cad6; --c7: #b98ce6;
    --right: 77, 166, 232; --wrong: 255, 138, 76; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 32px 20px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; overflow-wrap: anywhere; } h2 { margin: 36px 0 12px; font-size: 18px; } h3 { margin: 20px 0 8px; font-size: 15px; }
p { margin: 4px 0 12px; } .soft { color: var(--soft); }
.alert { border-left: 4px solid var(--c1); background: var(--card); padding: 8px 14px; margin: 12px 0; overflow-wrap: anywhere; white-space: pre-line; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 12px; margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 14px; }
.card b { display: block; font-size: 19px; white-space: nowrap; } .card span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure { margin: 0; min-width: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 12px 4px; break-inside: avoid; position: relative; }
figcaption { font-weight: 600; font-size: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 14px; list-style: none; margin: 2px 0 0; padding: 0; color: var(--soft); font-size: 12.5px; }
.legend i { display: inline-block; width: 16px; height: 0; border-top: 3px solid; margin-right: 5px; vertical-align: middle; }
.legend i.dashed { border-top-style: dotted; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
path { fill: none; } .grid { stroke: var(--rule); } .line { stroke: currentColor; stroke-width: 2; stroke-linejoin: round; } .thin { stroke-width: 1; }
.band { fill: currentColor; opacity: .18; } path.dashed { stroke-dasharray: 5 3; } circle { fill: currentColor; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 3px 10px; align-items: center; font-size: 12.5px; margin: 8px 0; }
.bars span { max-width: 12em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .bars b { font-weight: 400; color: var(--soft); }
.bars div { display: flex; height: 11px; } .bars i { background: currentColor; min-width: 1px; print-color-adjust: exact; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); } td.text, th.text { text-align: left; } td { print-color-adjust: exact; }
.facts td { white-space: normal; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px; overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; color: var(--soft); }
.model { display: flex; flex-wrap: wrap; gap: 20px 32px; align-items: flex-start; } .model > * { max-width: 100%; }
.network { width: auto; max-width: none; } .network rect { fill: var(--card); stroke: var(--rule); } .network .edge { stroke: var(--soft); stroke-width: 1.3; } .network .head { fill: var(--soft); }
.network .kind { fill: currentColor; stroke: none; } .network text.name { fill: var(--ink); font-weight: 600; } .network text { font-size: 11px; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px; } .pictures div { text-align: center; font-size: 12.5px; line-height: 1.35; break-inside: avoid; }
.pictures img { display: block; margin: 0 auto 3px; width: 72px; image-rendering: pixelated; border: 1px solid var(--rule); border-radius: 4px; } .filters img { width: 40px; margin: 0; }
.filters { gap: 5px; }
.clock { position: fixed; top: 0; opacity: 0; pointer-events: none; }
.clocks { display: inline-flex; gap: 4px; font-size: 13px; margin: 0 0 12px; } .clocks label { padding: 2px 12px; border: 1px solid var(--rule); border-radius: 20px; cursor: pointer; }
.by-epoch, .by-seconds { display: none; }
#by-epoch:checked ~ main .by-epoch, #by-seconds:checked ~ main .by-seconds { display: block; }
#by-epoch:checked ~ main .by-step, #by-seconds:checked ~ main .by-step { display: none; }
#by-step:checked ~ main [for=by-step], #by-epoch:checked ~ main [for=by-epoch], #by-seconds:checked ~ main [for=by-seconds] { background: var(--ink); color: var(--page); }
.clock:focus-visible ~ main .clocks { outline: 2px solid var(--c0); }
.readout { position: absolute; z-index: 1; pointer-events: none; background: var(--page); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 8px; font-size: 12px; line-height: 1.4; white-space: nowrap; box-shadow: 0 2px 8px #0003; }
.readout i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: currentColor; margin-right: 5px; } .cross { stroke: var(--soft); stroke-dasharray: 2 2; }
@media (max-width: 620px) { body { padding: 20px 12px; } .charts svg text { font-size: 16px; } th, td { padding: 3px 6px; } .clocks { display: flex; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 12px; } h2, .soft { break-after: avoid; } .charts svg text { font-size: 15px; } table, .alert { break-inside: avoid; } .clocks { display: none; }
  .charts { grid-template-columns: 1fr 1fr; } .network { max-width: 100%; } .wide { overflow: visible; } pre { white-space: pre-wrap; } }
)";

/// A script that shows the values of a chart's lines nearest to the pointer. It reads them back from the SVG paths.
constexpr const char* script = R"(
for (const svg of document.querySelectorAll("svg[data-x]")) {
  const figure = svg.closest("figure"), box = svg.viewBox.baseVal;
  const edges = name => svg.dataset[name].split(" ").map(Number);
  const value = ([low, high, log], share) => log ? low * (high / low) ** share : low + (high - low) * share;
  const [left, top, right, bottom] = edges("frame");
  const short = v => Math.abs(v) >= 1e5 || (v && Math.abs(v) < 1e-3) ? v.toExponential(2) : String(+v.toPrecision(4));
  let lines, cross, readout;
  const points = path => [...path.getAttribute("d").matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(m => [+m[1], +m[2]]);
  const prepare = () => {
    lines = [...svg.querySelectorAll(".line")].map(path => ({ path, name: path.dataset.name, points: points(path) }));
    cross = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    cross.setAttribute("class", "cross");
    readout = figure.appendChild(document.createElement("div"));
    readout.className = "readout";
  };
  const hide = () => { if (readout) readout.hidden = true; if (cross) cross.removeAttribute("d"); };
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("pointermove", event => {
    if (!lines) prepare();
    if (!lines.length) return;
    const frame = svg.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * box.width;
    const nearer = (a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a;
    const found = lines.map(line => line.points.reduce(nearer));
    const place = found.reduce(nearer)[0];
    cross.setAttribute("d", `M${place} ${top}V${bottom}`);
    readout.hidden = false;
    readout.replaceChildren(short(value(edges("x"), (place - left) / (right - left))));
    lines.forEach((line, i) => {
      const row = readout.appendChild(document.createElement("div"));
      const mark = row.appendChild(document.createElement("i"));
      mark.style.color = getComputedStyle(line.path).color;
      row.append(`${line.name}: ${short(value(edges("y"), (bottom - found[i][1]) / (bottom - top)))}`);
    });
    const outer = figure.getBoundingClientRect(), at = frame.left - outer.left + place / box.width * frame.width;
    readout.style.left = Math.max(4, Math.min(at + 12, outer.width - readout.offsetWidth - 4)) + "px";
    readout.style.top = frame.top - outer.top + 6 + "px";
  });
}
)";

/// A script that keeps the chosen x axis, which a page otherwise forgets when it is loaded again.
constexpr const char* keep_clock = R"(
try {
  const chosen = document.getElementById(sessionStorage.getItem("clock"));
  if (chosen) chosen.checked = true;
  for (const clock of document.querySelectorAll(".clock"))
    clock.addEventListener("change", () => sessionStorage.setItem("clock", clock.id));
} catch { }
)";

/// Makes the browser load the page again every five seconds.
constexpr const char* reload = "<meta http-equiv=\"refresh\" content=\"5\">\n";

/// The hidden radio buttons behind clock_choice(); the style sheet shows the charts of the chosen one.
constexpr const char* clock_buttons =
    "<input type=\"radio\" name=\"clock\" class=\"clock\" id=\"by-step\" checked>"
    "<input type=\"radio\" name=\"clock\" class=\"clock\" id=\"by-epoch\">"
    "<input type=\"radio\" name=\"clock\" class=\"clock\" id=\"by-seconds\">\n";

}  // namespace

std::string page(const std::string& title, const std::string& subtitle, const std::string& body, bool live) {
  const std::string refresh = live ? reload : "";
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         refresh + "<title>" + escaped(title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n" +
         clock_buttons + "<main>\n<h1>" + escaped(title) + "</h1>\n" + remark(subtitle) + body + "</main>\n<script>" +
         script + (live ? keep_clock : "") + "</script>\n</body>\n</html>\n";
}

}  // namespace convoy
