// Runs an ONNX file in onnxruntime-web: node run_onnx.mjs FILE INPUTS.json OUTPUTS
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [file, given, written] = process.argv.slice(2);
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const ort = require("onnxruntime-web");
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(file));
const inputs = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(given))).map(([name, { shape, numbers }]) => [
    name,
    new ort.Tensor("float32", new Float32Array(numbers), shape),
  ]),
);
const { pastiche } = await session.run(inputs);
writeFileSync(written, JSON.stringify({ shape: pastiche.dims, numbers: Array.from(pastiche.data) }));
