// The page's files to dist/, LiteRT.js' beside them.
import { cpSync, rmSync } from "node:fs";
import { build } from "esbuild";

const LITERT = "node_modules/@litertjs/core/wasm";
const RUNTIMES = ["litert_wasm_internal", "litert_wasm_compat_internal", "litert_wasm_threaded_internal"];
const EXAMPLES = ["lake.jpg", "swirls.jpg", "discs.jpg"];

rmSync("dist", { recursive: true, force: true });
for (const name of ["index.html", "style.css"]) cpSync(`src/${name}`, `dist/${name}`);
for (const name of EXAMPLES) cpSync(`../../examples/${name}`, `dist/examples/${name}`);
for (const name of RUNTIMES) {
  for (const suffix of ["js", "wasm"]) cpSync(`${LITERT}/${name}.${suffix}`, `dist/litert/${name}.${suffix}`);
}
await build({
  entryPoints: ["src/page.js", "src/worker.js"],
  outdir: "dist",
  bundle: true,
  minify: true,
  // LiteRT.js calls importScripts, which module workers refuse.
  format: "iife",
  target: "es2022",
});
