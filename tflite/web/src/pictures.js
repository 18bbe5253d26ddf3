/** @typedef {{height: number, width: number, data: Float32Array}} Picture RGB in [0, 1]. */

const FLAT = 0.03; // deviation of a photograph that is all but one colour

/** @param {ImageData} pixels @returns {Picture} */
export function fromPixels({ height, width, data }) {
  const rgb = new Float32Array(height * width * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    for (let channel = 0; channel < 3; channel++) rgb[to++] = data[from + channel] / 255;
  }
  return { height, width, data: rgb };
}

/** @param {Picture} picture @returns {ImageData} */
export function toPixels({ height, width, data }) {
  const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; to += 4) {
    for (let channel = 0; channel < 3; channel++) rgba[to + channel] = data[from++] * 255;
  }
  return new ImageData(rgba, width, height);
}

/**
 * A picture with a margin at every side, filled up to a multiple; it goes on mirrored.
 *
 * @param {Picture} picture
 * @param {number} margin in pixels.
 * @param {number} multiple that both sides come to.
 * @param {number} smallest side.
 */
export function framed({ height, width, data }, margin, multiple, smallest = 0) {
  const [rows, columns] = [height, width].map((extent) => span(extent, margin, multiple, smallest));
  const wider = new Float32Array(rows.length * columns.length * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      for (let channel = 0; channel < 3; channel++) wider[to++] = data[from + channel];
    }
  }
  return { height: rows.length, width: columns.length, data: wider };
}

function span(extent, margin, multiple, smallest) {
  const length = Math.ceil(Math.max(smallest, extent + 2 * margin) / multiple) * multiple;
  return Array.from({ length }, (_, index) => {
    const turn = modulo(index - margin, 2 * extent);
    return Math.min(turn, 2 * extent - 1 - turn);
  });
}

function modulo(number, divisor) {
  return ((number % divisor) + divisor) % divisor;
}

/** The picture within a frame. */
export function cropped({ width, data }, margin, inner) {
  const inside = new Float32Array(inner.height * inner.width * 3);
  for (let row = 0; row < inner.height; row++) {
    const from = 3 * ((row + margin) * width + margin);
    inside.set(data.subarray(from, from + 3 * inner.width), 3 * row * inner.width);
  }
  return { height: inner.height, width: inner.width, data: inside };
}

/** From one picture (0) to another of its size (1). */
export function faded(from, to, share) {
  return { ...from, data: mixed(from.data, to.data, share) };
}

/** From some numbers (0) to others (1). */
export function mixed(from, to, share) {
  return from.map((number, index) => number + share * (to[index] - number));
}

/** Whether a picture is all but one colour, so that what is around it shows most. */
export function isFlat({ height, width, data }) {
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let count = 0;
  for (let row = 0; row < height; row += 1 + (height >> 8)) {
    for (let column = 0; column < width; column += 1 + (width >> 8), count++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = data[3 * (row * width + column) + channel];
        sums[channel] += value;
        squares[channel] += value * value;
      }
    }
  }
  return sums.every((sum, channel) => squares[channel] / count - (sum / count) ** 2 < FLAT ** 2);
}
