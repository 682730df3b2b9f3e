// Brands over time: one line each, of mentions and of net sentiment. A click opens the mentions of that day or week.
"use strict";

const holders = [...document.querySelectorAll("[data-lines]")];
const charts = new Map();
function draw(holder) {
  charts.get(holder)?.destroy();
  const data = JSON.parse(document.getElementById("course").dataset.series);
  const style = getComputedStyle(holder), colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const net = holder.dataset.lines === "net", step = data.step === "week" ? 7 * 86400 : 86400;
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui" };
  const unfinished = { hooks: { drawClear: (u) => {
    if (!data.unfinished || !data.days.length) return;
    const { ctx } = u, left = u.valToPos(data.days.at(-1) - step / 2, "x", true);
    ctx.save();
    ctx.fillStyle = colour("soft");
    ctx.globalAlpha = 0.12;
    ctx.fillRect(left, u.bbox.top, u.bbox.left + u.bbox.width - left, u.bbox.height);
    ctx.restore();
  } } };
  const shown = (_, value) => (value == null ? "–" : net ? value.toFixed(2).replace("-", "−") : value.toLocaleString("en"));
  const chart = new uPlot({
    width: holder.clientWidth, height: 220, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"), cursor: { drag: { x: false, y: false } },
    scales: { x: { range: (_, low, high) => [low - step / 2, high + step / 2] }, y: { range: net ? [-1, 1] : (_, __, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [axis, { ...axis, size: 48, values: (_, ticks) => ticks.map((tick) => (net ? tick.toFixed(1).replace("-", "−") : tick.toLocaleString("en"))) }],
    series: [{ value: "{YYYY}-{MM}-{DD}" }, ...data.brands.map((brand, i) => ({ label: brand.name, stroke: colour(`b${i}`), width: 2, spanGaps: true, points: { show: data.days.length < 3 }, value: shown }))],
    plugins: [unfinished],
  }, [data.days, ...data.brands.map((brand) => (net ? brand.net : brand.mentions))], holder);
  chart.over.addEventListener("click", () => {
    const { idx, left, top } = chart.cursor;
    if (idx == null) return;
    const near = data.brands.map((brand, i) => [Math.abs(chart.valToPos((net ? brand.net : brand.mentions)[idx] ?? Infinity, "y") - top), i]).sort((a, b) => a[0] - b[0]);
    if (left >= 0 && near.length) location.href = `/inbox?${data.brands[near[0][1]].opens[idx]}`;
  });
  charts.set(holder, chart);
}
holders.forEach(draw);
addEventListener("resize", () => charts.forEach((chart, holder) => chart.setSize({ width: holder.clientWidth, height: 220 })));
document.addEventListener("desk:theme", () => holders.forEach(draw));
