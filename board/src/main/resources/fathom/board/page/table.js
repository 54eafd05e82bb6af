// The table of hyper-parameters and results: sortable, with what differs marked.
import { column, epochsDone, last, runs, statusName, trainingSeconds } from "./data.js";
import { duration, number } from "./format.js";
import { color } from "./runs.js";
import { settings } from "./settings.js";
import { measureName, text } from "./text.js";

const HIDDEN = new Set(["run", "ending"]); // an id, and what the status says
let sort = { key: null, down: false };

// nested settings by their path: optimizerSettings.momentum
function flat(config, prefix = "") {
  const out = {};
  for (const [name, value] of Object.entries(config)) {
    const path = prefix ? `${prefix}.${name}` : name;
    if (value !== null && typeof value === "object") Object.assign(out, flat(value, path));
    else if (!HIDDEN.has(path)) out[path] = value;
  }
  return out;
}

function columnsOf(shown) {
  const configs = new Map(shown.map(run => [run, flat(run.config)]));
  const results = [];
  for (const run of shown) {
    for (const c of run.columns) if (/^(train|test)_/.test(c) && !results.includes(c)) results.push(c);
  }
  const settingsNames = [];
  for (const config of configs.values()) {
    for (const name of Object.keys(config)) if (!settingsNames.includes(name)) settingsNames.push(name);
  }
  return [
    { key: "status", title: text("status"), value: run => text(statusName(run)) },
    { key: "done", title: text("done"), value: run => epochsDone(run) },
    ...results.map(c => {
      const [, part, name] = /^(train|test)_(.+)$/.exec(c);
      return { key: c, title: text("partOf")(text(part), measureName(name)), value: run => last(column(run, c)), show: number };
    }),
    { key: "duration", title: text("duration"), value: trainingSeconds, show: duration },
    ...settingsNames.map(name => ({ key: `config.${name}`, title: name, isSetting: true, value: run => configs.get(run)[name] })),
  ];
}

function shownValue(c, value) {
  if (value === null || value === undefined) return "–";
  if (c.show) return c.show(value);
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}

function compare(a, b) {
  const missing = v => v === null || v === undefined;
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
}

function cell(tag, content, className) {
  const e = document.createElement(tag);
  e.textContent = content;
  if (className) e.className = className;
  return e;
}

function header(c, redraw) {
  const th = document.createElement("th");
  th.scope = "col";
  if (c.differs) {
    th.className = "differs";
    th.title = text("differs");
  }
  const isSorted = sort.key === c.key;
  th.setAttribute("aria-sort", isSorted ? (sort.down ? "descending" : "ascending") : "none");
  const button = cell("button", c.title);
  button.type = "button";
  button.dataset.key = c.key;
  button.addEventListener("click", () => {
    sort = { key: c.key, down: isSorted && !sort.down };
    redraw();
    document.querySelector(`#table button[data-key="${CSS.escape(c.key)}"]`)?.focus();
  });
  th.append(button);
  return th;
}

let drawn = "";

export function drawTable(ids) {
  const shown = ids.map(id => runs.get(id)).filter(run => run);
  const table = document.getElementById("table");
  document.getElementById("hyper").hidden = shown.length === 0;
  let columns = [{ key: "name", title: text("run"), value: run => run.name }, ...columnsOf(shown)];
  for (const c of columns) {
    c.differs = c.isSetting && new Set(shown.map(run => JSON.stringify(c.value(run)))).size > 1;
  }
  if (settings.differing && shown.length > 1) columns = columns.filter(c => !c.isSetting || c.differs);
  const by = columns.find(c => c.key === sort.key);
  const rows = [...shown];
  if (by) rows.sort((a, b) => {
    const va = by.value(a), vb = by.value(b);
    const isMissing = [va, vb].some(v => v === null || v === undefined);
    return compare(va, vb) * (sort.down && !isMissing ? -1 : 1);
  });
  const texts = rows.map(run => columns.map(c => shownValue(c, c.value(run))));
  // an unchanged table stays as it is, with the reader's place and selection
  const now = JSON.stringify([columns.map(c => [c.title, c.differs]), texts, sort, rows.map(run => color(run.id))]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.dataset?.key;
  const head = document.createElement("tr");
  head.append(...columns.map(c => header(c, () => drawTable(ids))));
  const body = rows.map((run, i) => {
    const tr = document.createElement("tr");
    tr.dataset.run = run.id;
    columns.forEach((c, j) => {
      const isNumber = typeof c.value(run) === "number";
      const td = cell(j === 0 ? "th" : "td", texts[i][j], [isNumber ? "number" : "", c.differs ? "differs" : ""].join(" ").trim());
      if (j === 0) {
        td.scope = "row";
        const swatch = document.createElement("i");
        swatch.className = "swatch";
        swatch.style.setProperty("--color", color(run.id));
        td.prepend(swatch);
      }
      tr.append(td);
    });
    return tr;
  });
  const thead = document.createElement("thead");
  thead.append(head);
  const tbody = document.createElement("tbody");
  tbody.append(...body);
  table.replaceChildren(thead, tbody);
  if (focused) table.querySelector(`button[data-key="${CSS.escape(focused)}"]`)?.focus();
}
