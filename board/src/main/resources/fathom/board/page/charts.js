// The curves: a panel for each measured value, with a line per run and part (training, test).
import { column, last, runs, stepsPerEpoch } from "./data.js";
import { bytes, count, duration, number } from "./format.js";
import { color } from "./runs.js";
import { settings } from "./settings.js";
import { measureName, text } from "./text.js";

const MOST_POINTS = 1500; // of a line; more are averaged, a screen shows no more
const MARKED_POINTS = 40; // a line of up to so many points shows them
const HEIGHT = 250;
const TALL = 480;
const TIP_GAP = 14; // pixels between the pointer and its tip

// [name, title, columns]: a panel's lines as [part, table, column]; the first table with more points is drawn
const FIXED = [
  { name: "lr", format: number, lines: [["value", ["steps", "lr"], ["epochs", "lr"]]] },
  { name: "speed", format: count, lines: [["value", ["steps", "examples_per_second"], ["epochs", "examples_per_second"]]] },
  { name: "memory", format: bytes, lines: [["tensors", ["steps", "memory"]], ["heap", ["steps", "heap"]]] },
];

let panels = []; // what is drawn
let styles = { grid: "#ddd", muted: "#666" };

function panelsOf(shown) {
  const names = new Set(["loss"]);
  for (const run of shown) {
    for (const c of run.columns) {
      const found = /^(?:train|test)_(.+)$/.exec(c);
      if (found) names.add(found[1]);
    }
  }
  const measured = [...names].map(name => ({
    name, format: number,
    lines: [
      ["train", ...(name === "loss" ? [["steps", "loss"]] : []), ["epochs", `train_${name}`]],
      ["test", ["epochs", `test_${name}`]],
    ],
  }));
  return [...measured, ...FIXED];
}

function xs(run, table) {
  const isSteps = table === "steps";
  const from = isSteps ? run.steps : run;
  if (settings.axis === "epoch") return column(from, "epoch");
  if (settings.axis === "step") {
    if (isSteps) return column(from, "step");
    const each = stepsPerEpoch(run);
    return column(from, "epoch").map(e => e * each);
  }
  if (isSteps) return column(from, "seconds");
  let sum = 0;
  return column(from, "seconds").map(s => (sum += s ?? 0));
}

// averages runs of neighbouring points until few enough are left; gaps stay gaps
function thinned(x, y) {
  if (x.length <= MOST_POINTS) return [x, y];
  const each = Math.ceil(x.length / MOST_POINTS);
  const outX = [], outY = [];
  for (let i = 0; i < x.length; i += each) {
    let sum = 0, n = 0;
    for (let j = i; j < Math.min(i + each, x.length); j++) if (y[j] !== null) { sum += y[j]; n++; }
    outX.push(x[Math.min(i + each, x.length) - 1]);
    outY.push(n ? sum / n : null);
  }
  return [outX, outY];
}

// exponential moving average, unbiased at its start
function smoothed(y, weight) {
  let sum = 0, norm = 0;
  return y.map(v => {
    if (v === null) return null;
    sum = weight * sum + (1 - weight) * v;
    norm = weight * norm + (1 - weight);
    return sum / norm;
  });
}

// [x, y] of a line, from the source that has the most points
function points(run, sources) {
  let best = null;
  for (const [table, name] of sources) {
    const y = column(table === "steps" ? run.steps : run, name);
    if (y.some(v => v !== null) && (!best || y.length > best[1].length)) best = [table, y];
  }
  return best ? thinned(xs(run, best[0]), best[1]) : null;
}

function linesOf(panel, shown) {
  const out = [];
  for (const run of shown) {
    for (const [part, ...sources] of panel.lines) {
      const found = points(run, sources);
      if (!found) continue;
      const dashed = part === "train" || part === "heap";
      const line = { run, part, x: found[0], y: found[1], color: color(run.id), dashed };
      if (settings.smoothing > 0 && found[1].length > 2) {
        out.push({ ...line, isRaw: true, dashed: false });
        out.push({ ...line, y: smoothed(found[1], settings.smoothing) });
      } else {
        out.push(line);
      }
    }
  }
  return out;
}

// the lines on one common x, as uPlot wants them
function aligned(lines, log) {
  const all = new Set();
  for (const line of lines) for (const x of line.x) if (x !== null) all.add(x);
  const x = Float64Array.from(all).sort();
  const index = new Map();
  x.forEach((v, i) => index.set(v, i));
  const data = [Array.from(x)];
  for (const line of lines) {
    const y = new Array(x.length).fill(null);
    line.x.forEach((v, i) => {
      const value = line.y[i];
      if (v !== null && value !== null && (!log || value > 0)) y[index.get(v)] = value;
    });
    data.push(y);
  }
  return data;
}

// the nearest place with a value
function nearest(y, at) {
  for (let d = 0; d < y.length; d++) {
    if (y[at - d] !== null && y[at - d] !== undefined) return at - d;
    if (y[at + d] !== null && y[at + d] !== undefined) return at + d;
  }
  return null;
}

function xText(x) {
  return settings.axis === "time" ? duration(x) : count(x);
}

function element(tag, className, content) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (content !== undefined) e.textContent = content;
  return e;
}

class Panel {
  constructor(spec) {
    this.spec = spec;
    this.isTall = false;
    this.root = element("section", "panel");
    this.root.dataset.panel = spec.name;
    const head = element("div", "head");
    this.title = element("h3");
    this.size = element("button", "quiet");
    this.size.type = "button";
    this.size.addEventListener("click", () => {
      this.isTall = !this.isTall;
      this.root.classList.toggle("tall", this.isTall);
      this.sizeText();
      this.fit();
    });
    head.append(this.title, this.size);
    this.plot = element("div", "plot");
    this.plot.setAttribute("role", "img");
    this.tip = element("div", "tip");
    this.tip.hidden = true;
    this.root.append(head, this.plot, this.tip);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.plot);
  }

  sizeText() {
    this.size.textContent = this.isTall ? "⤡" : "⤢";
    this.size.setAttribute("aria-expanded", String(this.isTall));
    this.size.setAttribute("aria-label", `${text(this.isTall ? "shrink" : "enlarge")}: ${this.title.textContent}`);
    this.size.title = text(this.isTall ? "shrink" : "enlarge");
  }

  fit() {
    const width = this.plot.clientWidth;
    const height = this.isTall ? TALL : HEIGHT;
    if (this.chart && width > 0 && (width !== this.chart.width || height !== this.chart.height)) {
      this.tip.hidden = true; // it stands where the pointer was in the chart of before
      this.chart.setSize({ width, height });
    }
  }

  // draws lines; the chart is made anew only where its lines or axes are others than before
  draw(lines) {
    this.lines = lines;
    this.title.textContent = measureName(this.spec.name);
    this.sizeText();
    const log = settings.log && lines.some(l => l.y.some(v => v > 0));
    const data = aligned(lines, log);
    const shape = JSON.stringify([
      log, settings.axis, settings.lang, styles, lines.map(l => [l.run.id, l.part, l.color, l.isRaw, l.y.length <= MARKED_POINTS]),
    ]);
    if (this.shape !== shape) {
      this.shape = shape;
      this.chart?.destroy();
      this.chart = new uPlot(this.options(lines, log), data, this.plot);
    } else {
      const { min, max } = this.chart.scales.x;
      const before = this.chart.data[0];
      const isZoomed = before.length > 1 && (min > before[0] || max < before[before.length - 1]);
      this.chart.setData(data, !isZoomed);
      if (isZoomed) this.chart.setScale("x", { min, max });
    }
    this.describe();
  }

  // what the picture says, for those who do not see it
  describe() {
    const parts = this.lines.filter(l => !l.isRaw).map(l => {
      const value = last(l.y);
      const part = l.part === "value" ? "" : ` ${text(l.part)}`;
      return `${l.run.name}${part}: ${this.spec.format(value)}`;
    });
    this.plot.setAttribute("aria-label", `${this.title.textContent}. ${parts.join("; ")}`);
  }

  options(lines, log) {
    const font = "12px system-ui, sans-serif";
    const axis = {
      font, stroke: styles.muted, grid: { stroke: styles.grid, width: 1 }, ticks: { stroke: styles.grid, width: 1, size: 4 },
    };
    return {
      width: this.plot.clientWidth || 400,
      height: this.isTall ? TALL : HEIGHT,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: "board", setSeries: false },
        drag: { x: true, y: false, setScale: true },
        points: { size: 7 },
        dataIdx: (u, series, at) => (series === 0 ? at : nearest(u.data[series], at) ?? at),
      },
      scales: {
        x: { time: false, range: (u, min, max) => (min === null ? [0, 1] : min === max ? [min - 0.5, max + 0.5] : [min, max]) },
        y: log ? { distr: 3, log: 10 } : {},
      },
      axes: [
        { ...axis, space: 60, values: (u, v) => v.map(x => (x === null ? "" : xText(x))), size: 30 },
        {
          ...axis, space: 30,
          values: (u, v) => v.map(y => (y === null ? "" : this.spec.format(y))),
          size: (u, values) => 14 + 7 * Math.max(3, ...(values ?? []).map(v => (v ?? "").length)),
        },
      ],
      series: [{}, ...lines.map(l => ({
        stroke: l.color,
        alpha: l.isRaw ? 0.25 : 1,
        width: l.isRaw ? 1 : 1.75,
        dash: l.dashed ? [5, 4] : undefined,
        spanGaps: true,
        points: { show: !l.isRaw && l.y.length <= MARKED_POINTS, size: 4, fill: l.color, stroke: l.color },
      }))],
      hooks: { setCursor: [u => this.showTip(u)] },
    };
  }

  showTip(u) {
    const { left, top, idx } = u.cursor;
    // the other panels follow the cursor, but one tip is enough
    if (left < 0 || idx === null || idx === undefined || !this.plot.matches(":hover")) {
      this.tip.hidden = true;
      return;
    }
    const rows = [];
    this.lines.forEach((line, i) => {
      if (line.isRaw) return;
      const at = nearest(u.data[i + 1], idx);
      if (at !== null) rows.push({ line, x: u.data[0][at], y: u.data[i + 1][at] });
    });
    const cursorY = u.posToVal(top, "y");
    rows.sort((a, b) => Math.abs(a.y - cursorY) - Math.abs(b.y - cursorY));
    const list = element("ul");
    for (const { line, y } of rows.slice(0, 8)) {
      const item = element("li");
      const swatch = element("i", line.dashed ? "dashed" : "");
      swatch.style.setProperty("--color", line.color);
      const part = line.part === "value" ? "" : ` ${text(line.part)}`;
      item.append(swatch, element("b", "", this.spec.format(y)), element("span", "", line.run.name + part));
      list.append(item);
    }
    this.tip.replaceChildren(element("p", "", `${text(settings.axis)} ${xText(u.data[0][idx])}`), list);
    this.tip.hidden = rows.length === 0;
    // on the side with more room, and never wider than that: a tip must not widen the page
    const from = u.over.offsetLeft + left;
    const width = this.plot.clientWidth;
    const isRight = from < width / 2;
    this.tip.style.left = isRight ? `${from + TIP_GAP}px` : "auto";
    this.tip.style.right = isRight ? "auto" : `${width - from + TIP_GAP}px`;
    this.tip.style.maxWidth = `${(isRight ? width - from : from) - TIP_GAP}px`;
  }

  close() {
    this.observer.disconnect();
    this.chart?.destroy();
    this.root.remove();
  }
}

// draws the runs of these ids; returns whether there is any curve
export function drawCurves(ids) {
  const css = getComputedStyle(document.documentElement);
  styles = { grid: css.getPropertyValue("--grid").trim(), muted: css.getPropertyValue("--muted").trim() };
  const shown = ids.map(id => runs.get(id)).filter(run => run);
  const wanted = panelsOf(shown).map(spec => ({ spec, lines: linesOf(spec, shown) })).filter(p => p.lines.length);
  const before = new Map(panels.map(p => [p.spec.name, p]));
  const host = document.getElementById("panels");
  panels = wanted.map(({ spec, lines }) => {
    const panel = before.get(spec.name) ?? new Panel(spec);
    before.delete(spec.name);
    panel.wanted = lines;
    return panel;
  });
  for (const gone of before.values()) gone.close();
  panels.forEach((panel, i) => {
    if (host.children[i] !== panel.root) host.insertBefore(panel.root, host.children[i] ?? null);
  });
  for (const panel of panels) panel.draw(panel.wanted);
  return panels.length > 0;
}
