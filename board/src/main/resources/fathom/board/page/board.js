// The page: puts its parts together and redraws them when runs or settings change.
import { drawCurves } from "./charts.js";
import { listen, runs } from "./data.js";
import { drawPictures, setUpViewer } from "./pictures.js";
import { drawRuns, showAll, shownIds } from "./runs.js";
import { change, isDark, onSystemTheme, settings } from "./settings.js";
import { drawTable } from "./table.js";
import { applyTexts, text } from "./text.js";

const at = id => document.getElementById(id);
const LEAST_PAUSE = 150; // ms between two drawings of what changes by itself

let connection = "connecting";
let isComplete = false;
let pending = null;

function draw() {
  clearTimeout(pending);
  pending = null;
  const began = performance.now();
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  drawRuns(draw);
  const ids = shownIds();
  const hasCurves = drawCurves(ids);
  drawTable(ids);
  drawPictures(ids);
  const empty = at("empty");
  empty.hidden = hasCurves || !isComplete;
  empty.textContent = text(runs.size === 0 ? "noRuns" : ids.length === 0 ? "noneShown" : "noCurves");
  took = performance.now() - began;
  document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn ?? 0) + 1);
}

let took = 0;

// drawing takes no more than a fifth of the time
function drawSoon() {
  pending ??= setTimeout(draw, Math.max(LEAST_PAUSE, 4 * took));
}

function showConnection() {
  const e = at("connection");
  e.textContent = text(connection);
  e.className = connection;
}

function showSettings() {
  at("lang").value = settings.lang;
  at("theme").value = settings.theme;
  for (const radio of document.querySelectorAll("input[name=axis]")) radio.checked = radio.value === settings.axis;
  at("log").checked = settings.log;
  at("smoothing").value = settings.smoothing;
  at("smoothing-value").textContent = Number(settings.smoothing).toFixed(2);
  at("differing").checked = settings.differing;
}

function showTexts() {
  applyTexts();
  showConnection();
  const keys = [
    ["1 2 3", "keyAxis"], ["L", "keyLog"], ["[ ]", "keySmooth"], ["D", "keyTheme"], ["Z", "keyLang"],
    ["/", "keyFilter"], ["A N", "keyAll"], ["?", "keyHelp"], [text("keyZoom"), "keyZoomText"],
  ];
  at("keys").replaceChildren(...keys.flatMap(([key, name]) => {
    const dt = document.createElement("dt");
    dt.textContent = key;
    const dd = document.createElement("dd");
    dd.textContent = text(name);
    return [dt, dd];
  }));
}

function set(values) {
  change(values);
  showSettings();
  if ("lang" in values) showTexts();
  draw();
}

function smooth(by) {
  set({ smoothing: Math.min(0.99, Math.max(0, Math.round((Number(settings.smoothing) + by) * 100) / 100)) });
}

function everyRun(shown) {
  showAll(shown);
  draw();
}

const KEYS = {
  1: () => set({ axis: "epoch" }),
  2: () => set({ axis: "step" }),
  3: () => set({ axis: "time" }),
  l: () => set({ log: !settings.log }),
  "[": () => smooth(-0.1),
  "]": () => smooth(0.1),
  d: () => set({ theme: isDark() ? "light" : "dark" }),
  z: () => set({ lang: settings.lang === "zh" ? "en" : "zh" }),
  "/": () => at("filter").focus(),
  a: () => everyRun(true),
  n: () => everyRun(false),
  "?": () => at("help").showModal(),
};

function setUp() {
  at("lang").addEventListener("change", e => set({ lang: e.target.value }));
  at("theme").addEventListener("change", e => set({ theme: e.target.value }));
  for (const radio of document.querySelectorAll("input[name=axis]")) {
    radio.addEventListener("change", () => set({ axis: radio.value }));
  }
  at("log").addEventListener("change", e => set({ log: e.target.checked }));
  at("smoothing").addEventListener("input", e => set({ smoothing: Number(e.target.value) }));
  at("differing").addEventListener("change", e => set({ differing: e.target.checked }));
  at("filter").addEventListener("input", draw);
  at("filter").addEventListener("keydown", e => {
    if (e.key === "Escape") {
      e.target.value = "";
      e.target.blur();
      draw();
    }
  });
  at("runs-all").addEventListener("click", () => everyRun(true));
  at("runs-none").addEventListener("click", () => everyRun(false));
  at("help-open").addEventListener("click", () => at("help").showModal());
  document.addEventListener("keydown", e => {
    const isTyping = e.target.matches("input:not([type=checkbox], [type=radio], [type=range]), select, textarea");
    if (isTyping || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    const action = KEYS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (action) {
      e.preventDefault();
      action();
    }
  });
  onSystemTheme(draw);
  setUpViewer();
}

setUp();
showSettings();
showTexts();
draw();
listen(() => {
  isComplete = true;
  drawSoon();
}, state => {
  connection = state;
  showConnection();
});
