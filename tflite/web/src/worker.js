import { paint } from "./painter.js";

onmessage = async ({ data: request }) => {
  const report = (words, done, total) => postMessage({ progress: { words, done, total } });
  try {
    const { pixels, milliseconds } = await paint(request, report);
    postMessage({ painted: { pixels, milliseconds } }, [pixels.data.buffer]);
  } catch (error) {
    postMessage({ error: String(error.message ?? error).split("\n")[0] });
  }
};
