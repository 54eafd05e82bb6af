// What the reader has chosen: kept in the browser, where it allows that.
const KEY = "fathom-board";
const DEFAULTS = {
  lang: (navigator.language ?? "").toLowerCase().startsWith("zh") ? "zh" : "en",
  theme: "auto", axis: "epoch", log: false, smoothing: 0, differing: false, shown: {},
};
const VALID = {
  lang: v => v === "en" || v === "zh",
  theme: v => ["auto", "light", "dark"].includes(v),
  axis: v => ["epoch", "step", "time"].includes(v),
  log: v => typeof v === "boolean",
  smoothing: v => typeof v === "number" && v >= 0 && v <= 0.99,
  differing: v => typeof v === "boolean",
  shown: v => v !== null && typeof v === "object" && !Array.isArray(v),
};

export const settings = { ...DEFAULTS };

function take(from) {
  for (const [name, valid] of Object.entries(VALID)) if (name in from && valid(from[name])) settings[name] = from[name];
}

try {
  take(JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {});
} catch {
  // no storage, or not ours
}
// the address may ask for a language and colours: ?lang=zh&theme=dark
take(Object.fromEntries(new URLSearchParams(location.search)));

export function change(values) {
  Object.assign(settings, values);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // not kept
  }
}

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  return settings.theme === "auto" ? darkSystem.matches : settings.theme === "dark";
}

export function onSystemTheme(listener) {
  darkSystem.addEventListener("change", listener);
}
