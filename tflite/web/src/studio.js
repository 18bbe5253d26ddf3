/**
 * Paints in a worker, one request at a time; of those that come meanwhile the last one counts.
 *
 * @param {{progress: Function, painted: Function, failed: Function}} hear
 * @returns {(request: import("./painter.js").Request) => void}
 */
export function studio(hear) {
  let worker = null;
  let busy = false;
  let waiting = null;

  function send(request) {
    worker ??= hired();
    busy = true;
    worker.postMessage(request);
  }

  function hired() {
    const found = new Worker("worker.js");
    found.onmessage = ({ data }) => (data.progress ? hear.progress(data.progress) : finish(data));
    found.onerror = () => finish({ error: "worker.js could not be loaded." });
    return found;
  }

  function finish({ painted, error }) {
    busy = false;
    if (error) {
      worker.terminate(); // a runtime that has failed stays so
      worker = null;
      hear.failed(new Error(error));
    } else if (!waiting) hear.painted(painted);
    if (waiting) send(waiting);
    waiting = null;
  }

  return (request) => {
    if (busy) waiting = request;
    else send(request);
  };
}
