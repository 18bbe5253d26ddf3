const REASONS = {
  NotAllowedError: "The camera may not be used here.",
  NotFoundError: "There is no camera.",
  NotReadableError: "The camera is in use elsewhere.",
};

/**
 * A photograph from the camera.
 *
 * @param {HTMLDialogElement} dialog with a video and buttons "take" and "cancel".
 * @returns {Promise<ImageBitmap|null>} null when cancelled.
 */
export async function photograph(dialog) {
  const stream = await opened();
  const video = dialog.querySelector("video");
  video.srcObject = stream;
  dialog.showModal();
  try {
    return (await answer(dialog)) === "take" ? await createImageBitmap(video) : null;
  } finally {
    dialog.close();
    for (const track of stream.getTracks()) track.stop();
  }
}

async function opened() {
  const devices = navigator.mediaDevices;
  if (!devices) throw new Error("Browsers open the camera to pages from https or localhost only.");
  try {
    return await devices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch (error) {
    throw new Error(REASONS[error.name] ?? `The camera cannot be opened (${error.name}).`);
  }
}

function answer(dialog) {
  return new Promise((resolve) => {
    for (const button of dialog.querySelectorAll("button")) button.onclick = () => resolve(button.value);
    dialog.oncancel = () => resolve("cancel");
  });
}
