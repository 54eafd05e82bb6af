// Pictures in the runs' folders, such as samples of predictions, and a viewer for them.
import { runs } from "./data.js";
import { color } from "./runs.js";

let shownPictures = [];
let at = 0;
let drawn = "";

function address(run, picture) {
  const name = picture.name.split("/").map(encodeURIComponent).join("/");
  return `pictures/${run.id}/${name}?v=${picture.changed}`;
}

export function drawPictures(ids) {
  const shown = ids.map(id => runs.get(id)).filter(run => run && run.pictures.length);
  const now = JSON.stringify(shown.map(run => [run.id, run.name, color(run.id), run.pictures]));
  if (now === drawn) return;
  drawn = now;
  document.getElementById("samples").hidden = shown.length === 0;
  shownPictures = [];
  const groups = shown.map(run => {
    const group = document.createElement("section");
    const title = document.createElement("h3");
    const swatch = document.createElement("i");
    swatch.className = "swatch";
    swatch.style.setProperty("--color", color(run.id));
    title.append(swatch, document.createTextNode(run.name));
    const grid = document.createElement("div");
    grid.className = "grid";
    // the latest first
    for (const picture of [...run.pictures].sort((a, b) => b.changed - a.changed)) {
      const index = shownPictures.length;
      const src = address(run, picture);
      shownPictures.push({ src, caption: `${run.name}: ${picture.name}` });
      const button = document.createElement("button");
      button.type = "button";
      button.className = "picture";
      const image = document.createElement("img");
      image.loading = "lazy";
      image.src = src;
      image.alt = "";
      const caption = document.createElement("span");
      caption.textContent = picture.name;
      button.append(image, caption);
      button.addEventListener("click", () => open(index));
      grid.append(button);
    }
    group.append(title, grid);
    return group;
  });
  document.getElementById("pictures").replaceChildren(...groups);
}

function open(index) {
  at = (index + shownPictures.length) % shownPictures.length;
  const { src, caption } = shownPictures[at];
  const image = document.getElementById("viewer-image");
  image.src = src;
  image.alt = caption;
  document.getElementById("viewer-caption").textContent = caption;
  const viewer = document.getElementById("viewer");
  if (!viewer.open) viewer.showModal();
}

export function setUpViewer() {
  document.getElementById("viewer-previous").addEventListener("click", () => open(at - 1));
  document.getElementById("viewer-next").addEventListener("click", () => open(at + 1));
  document.getElementById("viewer").addEventListener("keydown", e => {
    if (e.key === "ArrowLeft") open(at - 1);
    else if (e.key === "ArrowRight") open(at + 1);
  });
}
