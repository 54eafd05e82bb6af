// The list of runs: which are shown, their colours and state.
import { epochsDone, ordered, runs, statusName } from "./data.js";
import { change, isDark, settings } from "./settings.js";
import { text } from "./text.js";

// told apart by readers with any common kind of colour blindness, as in Fathom's figures
const LIGHT = ["#0077c6", "#d66508", "#006f53", "#a94696", "#876500", "#3f3f8f", "#767676"];
const DARK = ["#53b8f4", "#f38633", "#15eba2", "#d394b8", "#f0e05a", "#9a8cf0", "#bcbcbc"];
const SHOWN_AT_FIRST = 8;

const slots = new Map(); // run id -> number of its colour, kept while the page is open
const items = new Map(); // run id -> its place in the list

export function color(id) {
  const palette = isDark() ? DARK : LIGHT;
  return palette[(slots.get(id) ?? 0) % palette.length];
}

function isShown(run, index) {
  return settings.shown[run.id] ?? (index < SHOWN_AT_FIRST || run.status === "running");
}

function matches(run) {
  return run.name.toLowerCase().includes(document.getElementById("filter").value.trim().toLowerCase());
}

export function shownIds() {
  return ordered().filter((run, i) => isShown(run, i) && matches(run)).map(run => run.id);
}

// shows all runs that the filter lets through, or none
export function showAll(shown) {
  const values = { ...settings.shown };
  for (const run of runs.values()) if (matches(run)) values[run.id] = shown;
  change({ shown: values });
}

function item(run, changed) {
  const li = document.createElement("li");
  li.dataset.run = run.id;
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => {
    change({ shown: { ...settings.shown, [run.id]: box.checked } });
    changed();
  });
  const swatch = document.createElement("i");
  swatch.className = "swatch";
  const name = document.createElement("span");
  name.className = "name";
  label.append(box, swatch, name);
  const state = document.createElement("p");
  state.className = "state";
  const badge = document.createElement("span");
  const epochs = document.createElement("span");
  epochs.className = "muted";
  state.append(badge, epochs);
  const progress = document.createElement("progress");
  li.append(label, state, progress);
  return { li, box, swatch, name, badge, epochs, progress };
}

export function drawRuns(changed) {
  const all = ordered();
  const list = document.getElementById("runs");
  for (const [id, entry] of items) {
    if (!runs.has(id)) {
      entry.li.remove();
      items.delete(id);
    }
  }
  all.forEach((run, i) => {
    if (!slots.has(run.id)) slots.set(run.id, slots.size);
    if (!items.has(run.id)) items.set(run.id, item(run, changed));
    const entry = items.get(run.id);
    const { li } = entry;
    if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null);
    li.hidden = !matches(run);
    entry.box.checked = isShown(run, i);
    entry.swatch.style.setProperty("--color", color(run.id));
    entry.name.textContent = run.name;
    entry.name.title = run.folder;
    const status = statusName(run);
    entry.badge.className = `badge ${run.status}`;
    entry.badge.textContent = text(status);
    const done = epochsDone(run);
    const most = Number(run.config.epochs);
    const passed = run.steps.rows.length ? run.steps.rows[run.steps.rows.length - 1][1] ?? done : done;
    entry.epochs.textContent = most > 0 ? text("epochOf")(done, most) : text("epochs")(done);
    entry.progress.hidden = run.status !== "running" || !(most > 0);
    entry.progress.max = most > 0 ? most : 1;
    entry.progress.value = Math.max(done, passed);
    entry.progress.setAttribute("aria-label", run.name);
  });
  const shown = shownIds().length;
  document.getElementById("runs-count").textContent = text("shown")(shown, all.length);
  const running = all.filter(run => run.status === "running").length;
  document.title = (running ? `(${running}) ` : "") + text("title");
}
