import { loadAndCompile, loadLiteRt, supportsFeature, Tensor } from "@litertjs/core";
import { bytes } from "./downloads.js";
import { signatures, sized } from "./shapes.js";

let loading = null;
const files = new Map();
const compiled = new Map();

/** LiteRT's web runtime, loaded once. */
export function start(report) {
  loading ??= load(report).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(report) {
  const name = `litert/${await variant()}`;
  self.Module = {
    wasmBinary: await bytes(`${name}.wasm`, "the runtime", report),
    mainScriptUrlOrBlob: new URL(`${name}.js`, self.location.href).href,
  };
  report("Starting the runtime");
  await loadLiteRt(`${name}.js`);
}

async function variant() {
  if (!(await supportsFeature("relaxedSimd"))) return "litert_wasm_compat_internal";
  return self.crossOriginIsolated ? "litert_wasm_threaded_internal" : "litert_wasm_internal";
}

/** Loads the files of a model and forgets those of another. */
export async function open(model, report) {
  const addresses = model.files.map((file) => `models/${model.name}/${file}`);
  if (addresses.every((address) => files.has(address))) return;
  close();
  for (const address of addresses) files.set(address, await bytes(address, model.name, report));
}

function close() {
  for (const { model } of compiled.values()) model.delete();
  compiled.clear();
  files.clear();
}

/**
 * A signature of the open model, for pictures of one size.
 *
 * @returns {Promise<(inputs: Object) => Promise<Object>>} from tensors by name to such, each a
 *   shape and data; inputs that the signature does not take are left out.
 */
export async function signature(name, height, width) {
  const found = compiled.get(name);
  if (found?.height !== height || found?.width !== width) {
    found?.model.delete();
    compiled.set(name, { height, width, model: await compile(name, height, width) });
  }
  const runner = compiled.get(name).model.signatures[name];
  return (inputs) => run(runner, inputs);
}

async function compile(name, height, width) {
  try {
    const file = [...files.values()].find((each) => signatures(each).includes(name));
    return await loadAndCompile(sized(file, name, height, width), { accelerator: "wasm" });
  } catch (error) {
    const received = [...files.keys()].join(" and ");
    throw new Error(`Expected TFLite files that LiteRT.js can run. Received: ${received} (${error.message}).`);
  }
}

async function run(runner, inputs) {
  const details = runner.getInputDetails();
  const given = details.map(({ name }) => new Tensor(inputs[name].data, inputs[name].shape));
  try {
    return read(runner, await runner.run(given));
  } finally {
    for (const tensor of given) tensor.delete();
  }
}

function read(runner, tensors) {
  return Object.fromEntries(
    runner.getOutputDetails().map(({ name }, index) => {
      const tensor = tensors[index];
      const found = { shape: [...tensor.type.layout.dimensions], data: tensor.toTypedArray() };
      tensor.delete();
      return [name, found];
    }),
  );
}
