// The page's texts in both languages.
import { settings } from "./settings.js";

const TEXTS = {
  en: {
    title: "Fathom board", skip: "Skip to the curves", language: "Language", theme: "Colours",
    themeAuto: "Auto", themeLight: "Light", themeDark: "Dark", help: "Keyboard shortcuts", runs: "Runs",
    all: "All", none: "None", filter: "Filter by name", curves: "Curves", axis: "By", epoch: "Epoch", step: "Step",
    time: "Time", log: "Log scale", smoothing: "Smoothing", test: "test", train: "train", hyper: "Hyper-parameters",
    differing: "Only what differs", pictures: "Pictures", keys: "Keyboard shortcuts", close: "Close",
    previous: "Previous picture", next: "Next picture",
    running: "running", finished: "finished", interrupted: "interrupted", early: "stopped early",
    live: "live", connecting: "connecting…", lost: "the board does not answer; trying again…",
    noRuns: "No run here yet. A training with a run folder appears by itself.",
    noneShown: "No run is selected.", noCurves: "The selected runs have not finished a batch yet.",
    epochOf: (n, all) => `epoch ${n} of ${all}`, epochs: n => `epoch ${n}`,
    shown: (n, all) => `${n} of ${all}`, partOf: (part, name) => `${part} ${name.toLowerCase()}`,
    lr: "Learning rate", speed: "Examples per second", memory: "Memory", tensors: "tensors", heap: "Java heap",
    loss: "Loss", acc: "Accuracy", run: "Run", status: "Status", done: "Epochs done", duration: "Training time",
    enlarge: "Enlarge", shrink: "Reduce", differs: "differs between runs", result: "Last",
    keyAxis: "by epoch, by step, by time", keyLog: "log scale", keySmooth: "less, more smoothing",
    keyTheme: "dark or light", keyLang: "中文 or English", keyFilter: "filter runs", keyAll: "show all runs, or none",
    keyHelp: "this help", keyZoom: "drag in a panel", keyZoomText: "zoom; a double click shows everything again",
  },
  zh: {
    title: "Fathom 训练面板", skip: "跳到曲线", language: "语言", theme: "配色",
    themeAuto: "自动", themeLight: "浅色", themeDark: "深色", help: "快捷键", runs: "训练",
    all: "全选", none: "全不选", filter: "按名称筛选", curves: "曲线", axis: "横轴", epoch: "轮数", step: "步数",
    time: "时间", log: "对数刻度", smoothing: "平滑", test: "测试", train: "训练", hyper: "超参数",
    differing: "只看不同的", pictures: "图片", keys: "快捷键", close: "关闭",
    previous: "上一张", next: "下一张",
    running: "进行中", finished: "已完成", interrupted: "已中断", early: "提前停止",
    live: "实时", connecting: "连接中……", lost: "面板没有响应，正在重试……",
    noRuns: "这里还没有训练。带有结果文件夹的训练会自动出现。",
    noneShown: "没有选中任何训练。", noCurves: "选中的训练还没有完成任何小批量。",
    epochOf: (n, all) => `第 ${n} 轮，共 ${all} 轮`, epochs: n => `第 ${n} 轮`,
    shown: (n, all) => `${n} / ${all}`, partOf: (part, name) => /^[ -~]/.test(name) ? `${part} ${name}` : part + name,
    lr: "学习率", speed: "每秒样本数", memory: "内存", tensors: "张量", heap: "Java 堆",
    loss: "损失", acc: "精度", run: "训练", status: "状态", done: "已完成轮数", duration: "训练时间",
    enlarge: "放大", shrink: "缩小", differs: "各次训练不同", result: "最后",
    keyAxis: "横轴：轮数、步数、时间", keyLog: "对数刻度", keySmooth: "减少、增加平滑",
    keyTheme: "深色或浅色", keyLang: "English 或中文", keyFilter: "筛选训练", keyAll: "全选或全不选",
    keyHelp: "本帮助", keyZoom: "在图中拖动", keyZoomText: "放大；双击恢复",
  },
};

export function text(name) {
  return TEXTS[settings.lang][name] ?? TEXTS.en[name] ?? name;
}

// the name of a measured value: known ones are translated, others are the run's own
export function measureName(name) {
  return Object.hasOwn(TEXTS.en, name) && ["loss", "acc", "lr", "speed", "memory"].includes(name) ? text(name) : name;
}

// fills in what the page says in its markup
export function applyTexts() {
  document.documentElement.lang = settings.lang === "zh" ? "zh-CN" : "en";
  for (const e of document.querySelectorAll("[data-text]")) e.textContent = text(e.dataset.text);
  for (const e of document.querySelectorAll("[data-label]")) {
    e.setAttribute("aria-label", text(e.dataset.label));
    if (e.tagName === "BUTTON") e.title = text(e.dataset.label);
  }
  for (const e of document.querySelectorAll("[data-placeholder]")) e.placeholder = text(e.dataset.placeholder);
}
