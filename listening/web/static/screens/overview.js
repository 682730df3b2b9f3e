// The chart of a brand's days: mentions by feeling, stacked, and net sentiment as a line.
"use strict";

const holder = document.getElementById("course");
let chart;
function draw() {
  chart?.destroy();
  const data = JSON.parse(holder.dataset.series);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const mixed = (share) => `color-mix(in srgb, ${colour("soft")} ${share}%, ${colour("panel")})`;
  const sum = (...rows) => rows[0].map((_, i) => rows.reduce((all, row) => all + row[i], 0));
  const columns = uPlot.paths.bars({ size: [0.72, 40] });
  const stack = (label, fill, values, shown) => ({ label, fill, width: 0, paths: columns, points: { show: false }, value: (_, __, ___, i) => (i == null ? "–" : shown[i]) });
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui" };
  const marks = {
    hooks: { draw: (u) => {
      const { ctx } = u;
      ctx.save();
      ctx.fillStyle = colour("warn");
      ctx.font = `${11 * devicePixelRatio}px system-ui`;
      ctx.textAlign = "center";
      for (const spike of data.spikes) {
        const i = data.days.indexOf(spike.at);
        const y = Math.max(u.bbox.top + 12 * devicePixelRatio, u.valToPos(data.negative[i] + data.neutral[i] + data.positive[i] + data.unscored[i], "y", true) - 6 * devicePixelRatio);
        const x = Math.min(u.bbox.left + u.bbox.width - 60 * devicePixelRatio, Math.max(u.bbox.left + 60 * devicePixelRatio, u.valToPos(spike.at, "x", true)));
        ctx.fillText(spike.words.join(", "), x, y);
      }
      if (data.unfinished && data.days.length) {
        const left = u.valToPos(data.days.at(-1) - 43200, "x", true), right = u.bbox.left + u.bbox.width;
        ctx.fillStyle = colour("soft");
        ctx.globalAlpha = 0.12;
        ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
      }
      ctx.restore();
    } },
  };
  chart = new uPlot({
    width: holder.clientWidth, height: 230, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"), cursor: { drag: { x: false, y: false } },
    scales: { x: { range: (_, low, high) => [low - 43200, high + 43200] }, y: { range: (_, __, high) => [0, Math.max(4, high * 1.12)] }, net: { range: [-1, 1] } },
    axes: [axis, { ...axis, size: 44 }, { ...axis, scale: "net", side: 1, size: 52, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => tick.toFixed(1).replace("-", "−")) }],
    series: [{ value: "{YYYY}-{MM}-{DD}" },
      ...(data.unscored.some(Boolean) ? [stack("not scored", mixed(14), null, data.unscored)] : []),
      stack("positive", colour("good"), null, data.positive), stack("neutral", mixed(45), null, data.neutral), stack("negative", colour("bad"), null, data.negative),
      { label: "net sentiment", scale: "net", stroke: colour("accent"), width: 2, spanGaps: true, points: { show: false }, value: (_, value) => (value == null ? "–" : value.toFixed(2)) }],
    plugins: [marks],
  }, [data.days, ...(data.unscored.some(Boolean) ? [sum(data.negative, data.neutral, data.positive, data.unscored)] : []), sum(data.negative, data.neutral, data.positive), sum(data.negative, data.neutral), data.negative, data.net], holder);
  chart.over.addEventListener("click", () => { const i = chart.cursor.idx; if (i != null && data.opens[i]) location.href = `/inbox?${data.opens[i]}`; });
}
if (holder) {
  draw();
  addEventListener("resize", () => chart.setSize({ width: holder.clientWidth, height: 230 }));
  document.addEventListener("desk:theme", draw);
}
