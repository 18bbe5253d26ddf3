import { photograph } from "./camera.js";
import { json } from "./downloads.js";
import { draw, example, pixels } from "./files.js";
import { studio } from "./studio.js";
import { well } from "./well.js";

const STYLE_SIDE = 640; // pixels; longer paintings are reduced before a network looks at them
const PREVIEW_SIDE = 480;

const at = (id) => document.getElementById(id);
const chosen = { photograph: null, painting: null };
const taken = { photograph: 0, painting: 0 };
let index = { models: [], paintings: {} };
let paint = null;

function model() {
  return index.models.find(({ name }) => name === at("model").value);
}

function say(words) {
  at("words").textContent = words;
  at("error").textContent = "";
}

function fail(error) {
  say("");
  at("progress").hidden = true;
  at("error").textContent = error.message;
  document.body.dataset.state = "failed";
}

async function choose(kind, coming) {
  at("error").textContent = "";
  try {
    const bitmap = await coming;
    if (!bitmap) return;
    chosen[kind]?.close();
    chosen[kind] = bitmap;
    taken[kind]++;
    if (kind === "painting" && model()?.look) at("named").value = "";
    draw(at(kind).querySelector("canvas"), bitmap, PREVIEW_SIDE);
    refresh();
    again();
  } catch (error) {
    fail(error);
  }
}

/** Shows what the model takes. */
function refresh() {
  at("strength-percent").textContent = `${Math.round(100 * at("strength").value)} %`;
  at("paint").disabled = !(model() && chosen.photograph && chosen.painting);
  if (!model()) return void (at("about").textContent = "None of these models is cleared for commercial use.");
  const { title, look, styles, good, weak } = model();
  at("painting").hidden = !look && !styles.length;
  at("painting").querySelector(".choices").hidden = !look;
  at("named-field").hidden = !styles.length;
  const name = at("named").value;
  at("painting").querySelector("canvas").hidden = Boolean(name);
  at("named-preview").textContent = index.paintings[name] ?? name;
  at("about").textContent = `${title}. Good: ${good}. Weak: ${weak}. ${use(model())}`;
}

/** Whether a model may be used commercially, in words. */
function use({ commercial, sources }) {
  if (commercial) return "Cleared for commercial use.";
  return `Not cleared for commercial use: it learned from ${sources.join("; ") || "what its card does not say"}.`;
}

function offer(list, options) {
  list.append(...options.map(([value, words]) => new Option(words, value)));
}

/** Offers every model, or those that a company may use. */
function listModels() {
  const before = at("model").value || index.first;
  const found = index.models.filter(({ commercial }) => commercial || !at("commercial").checked);
  at("model").replaceChildren();
  offer(at("model"), found.map(({ name }) => [name, name]));
  if (found.some(({ name }) => name === before)) at("model").value = before;
  listStyles();
}

function listStyles() {
  if (!model()) return;
  const before = at("named").value;
  const { look, styles } = model();
  at("named").replaceChildren();
  if (look) offer(at("named"), [["", "none: the picture above"]]);
  offer(at("named"), styles.map((name) => [name, index.paintings[name] ?? name]));
  if (styles.includes(before)) at("named").value = before;
}

function request() {
  const side = Number(at("side").value);
  const name = at("named").value;
  const takesStyle = model().look || model().styles.length;
  const own = Math.min(side, STYLE_SIDE);
  return {
    model: model(),
    content: pixels(chosen.photograph, side),
    own: { key: `photograph ${taken.photograph} ${own}`, pixels: pixels(chosen.photograph, own) },
    style: takesStyle ? (name ? { name } : style()) : null,
    strength: Number(at("strength").value),
    crossFade: index.cross_fade,
  };
}

function style() {
  return { key: `painting ${taken.painting}`, pixels: pixels(chosen.painting, STYLE_SIDE) };
}

function begin() {
  const lacking = Object.keys(chosen).find((kind) => !chosen[kind]);
  if (lacking) return fail(new Error(`There is no ${lacking} yet.`));
  document.body.dataset.state = "painting";
  say("Beginning");
  paint(request());
}

/** What was painted once follows every choice. */
function again() {
  if (model() && !at("painted").hidden) begin();
}

function progress({ words, done, total }) {
  say(words);
  const bar = at("progress");
  bar.hidden = false;
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
}

function show({ pixels: { data, width, height }, milliseconds }) {
  const canvas = at("painted");
  Object.assign(canvas, { width, height, hidden: false });
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
  at("empty").hidden = at("progress").hidden = true;
  at("download").hidden = false;
  say(`${width} × ${height} in ${Math.round(milliseconds)} ms`);
  document.body.dataset.state = "painted";
}

function save() {
  at("painted").toBlob((blob) => {
    const link = document.createElement("a");
    Object.assign(link, { href: URL.createObjectURL(blob), download: "painted.png" });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function listen() {
  for (const kind of ["photograph", "painting"]) well(at(kind), (picture) => choose(kind, picture));
  at("use-camera").addEventListener("click", () => choose("photograph", photograph(at("camera"))));
  at("model").addEventListener("change", listStyles);
  at("commercial").addEventListener("change", listModels);
  at("strength").addEventListener("input", refresh);
  at("controls").addEventListener("change", ({ target }) => {
    if (target.type === "file") return;
    refresh();
    again();
  });
  at("controls").addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
    at("result").scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  at("download").addEventListener("click", save);
}

async function open() {
  index = await json("models/index.json");
  listModels();
  paint = studio({ progress, painted: show, failed: fail });
  listen();
  await Promise.all([choose("photograph", example("lake.jpg")), choose("painting", example("swirls.jpg"))]);
}

open().catch(fail);
