/** A picture's file, turned upright by its EXIF orientation. */
export async function read(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(`Expected a picture that this browser can read. Received: ${file.name}.`);
  }
}

/** One of the page's own pictures. */
export async function example(name) {
  const response = await fetch(`examples/${name}`);
  return read(new File([await response.blob()], name));
}

/**
 * A picture reduced to a longer side, what is transparent on white; smaller ones stay as they are.
 *
 * @param {ImageBitmap} bitmap
 * @param {number} side in pixels.
 * @returns {ImageData}
 */
export function pixels(bitmap, side) {
  const canvas = document.createElement("canvas");
  draw(canvas, bitmap, side);
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
}

/** The same on a canvas, which takes its size. */
export function draw(canvas, bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
