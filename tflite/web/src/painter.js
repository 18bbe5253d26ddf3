import { json } from "./downloads.js";
import { cropped, faded, framed, fromPixels, isFlat, mixed, toPixels } from "./pictures.js";
import { open, signature, start } from "./runtime.js";

const SMALLEST_SIDE = 32; // below this a painting is mirrored outwards
const REMEMBERED = 8; // codes of pictures that were looked at
const codes = new Map();

/**
 * @typedef {{key: string, pixels: ImageData}} Seen a picture under a key of its own.
 *
 * @typedef {Object} Request
 * @property {Object} model as in models/index.json.
 * @property {ImageData} content
 * @property {Seen} own the photograph, small enough to be looked at as a painting.
 * @property {Seen|{name: string}|null} style a painting, a named one, or nothing.
 * @property {number} strength from 0, the photograph, to 1.
 * @property {number} crossFade strength below which pixels are mixed.
 */

/**
 * A photograph painted.
 *
 * @param {Request} request
 * @param {import("./downloads.js").Report} report
 * @returns {Promise<{pixels: ImageData, milliseconds: number}>} without the time of loading.
 */
export async function paint(request, report) {
  await start(report);
  await open(request.model, report);
  const begun = performance.now();
  const content = fromPixels(request.content);
  const strength = Math.max(request.strength, request.crossFade);
  const code = request.style && (await coded(request, strength, report));
  const given = { ...code, strength: row([strength]) };
  const painted = await passed(request.model, content, given, report);
  const pixels = toPixels(faded(content, painted, share(request)));
  return { pixels, milliseconds: performance.now() - begun };
}

/** Of the painted pixels; methods that take a style mix pixels only near 0. */
function share({ style, strength, crossFade }) {
  return style ? Math.min(1, strength / crossFade) : strength;
}

/** What passes are told of a style; a vector moves from the photograph's own to the style's. */
async function coded({ model, style, own }, strength, report) {
  report("Looking at the painting");
  const code = style.name ? await named(model, style.name) : await look(model, style);
  if (!code.vector || strength === 1) return code;
  const from = model.look ? (await look(model, own)).vector.data : neutral(code.vector.data);
  return { vector: row(mixed(from, code.vector.data, strength)) };
}

async function named(model, name) {
  const vectors = await json(`models/${model.name}/styles.json`);
  return { vector: row(vectors[name]) };
}

/** The vector of networks that know named styles only: its first number is the photograph's. */
function neutral(vector) {
  return vector.map((_, index) => Number(index === 0));
}

async function look(model, { key, pixels }) {
  const label = `${model.name}/${key}`;
  if (!codes.has(label)) {
    if (codes.size === REMEMBERED) codes.clear();
    const seen = framed(fromPixels(pixels), 0, 1, SMALLEST_SIDE);
    const run = await signature(model.look, seen.height, seen.width);
    codes.set(label, await run({ style: batch(seen) }));
  }
  return codes.get(label);
}

async function passed(model, content, given, report) {
  let picture = content;
  for (const [index, pass] of model.passes.entries()) {
    const count = model.passes.length > 1 ? ` (${index + 1} of ${model.passes.length})` : "";
    report(`Painting${count}`);
    picture = await once(pass, picture, given);
  }
  return picture;
}

async function once(pass, picture, given) {
  const margin = isFlat(picture) ? pass.flat_margin : pass.margin;
  const seen = framed(picture, margin, pass.stride);
  const run = await signature(pass.signature, seen.height, seen.width);
  const outputs = Object.values(await run({ content: batch(seen), ...given }));
  const painted = outputs.find(({ shape }) => shape.length === 4);
  return cropped({ ...seen, data: painted.data }, margin, picture);
}

function batch({ height, width, data }) {
  return { shape: [1, height, width, 3], data };
}

function row(numbers) {
  return { shape: [1, numbers.length], data: Float32Array.from(numbers) };
}
