/** @typedef {(words: string, done?: number, total?: number) => void} Report of what goes on. */

/**
 * A file's bytes.
 *
 * @param {string} address
 * @param {string} name for the report.
 * @param {Report} report told how many bytes have come.
 * @returns {Promise<Uint8Array>}
 */
export async function bytes(address, name, report) {
  const response = await answer(address);
  const total = response.headers.get("Content-Encoding") ? 0 : Number(response.headers.get("Content-Length"));
  const chunks = [];
  let done = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { value } = await reader.read();
    if (value === undefined) break;
    chunks.push(value);
    done += value.length;
    report(`Loading ${name}: ${megabytes(done, total)}`, done, total);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** What a JSON file says. */
export async function json(address) {
  return (await answer(address)).json();
}

async function answer(address) {
  const response = await fetch(address).catch(() => ({ status: "no answer" }));
  if (!response.ok) throw new Error(`${address} could not be loaded (${response.status}).`);
  return response;
}

function megabytes(done, total) {
  const words = (count) => (count / 1e6).toFixed(1);
  return total ? `${words(done)} of ${words(total)} MB` : `${words(done)} MB`;
}
