// Where fields stand in TFLite's tables, by its schema.
const MODEL = { subgraphs: 2, signatures: 7 };
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2 };
const SIGNATURE = { key: 2, subgraph: 4 };
const TENSOR = { shape: 0, anyShape: 7 };

/**
 * A TFLite file of any size, made one of a single size.
 *
 * LiteRT.js compares a tensor's shape with the file's, in which -1 is any, and refuses all that
 * differ. So the size is written over it, in the inputs and outputs of one signature.
 *
 * @param {Uint8Array} file of any size; it stays as it is.
 * @param {string} signature
 * @param {number} height in pixels.
 * @param {number} width in pixels.
 * @returns {Uint8Array}
 */
export function sized(file, signature, height, width) {
  const copy = file.slice();
  const tables = new Tables(copy.buffer);
  const model = tables.follow(0);
  const subgraph = called(tables, model, signature);
  const tensors = tables.list(subgraph, SUBGRAPH.tensors);
  for (const kind of [SUBGRAPH.inputs, SUBGRAPH.outputs]) {
    for (const index of tables.numbers(subgraph, kind)) resize(tables, tensors[index], height, width);
  }
  return copy;
}

/** Names of a TFLite file's signatures. */
export function signatures(file) {
  const tables = new Tables(file.buffer);
  return tables.list(tables.follow(0), MODEL.signatures).map((each) => tables.text(each, SIGNATURE.key));
}

function called(tables, model, signature) {
  const found = tables
    .list(model, MODEL.signatures)
    .find((each) => tables.text(each, SIGNATURE.key) === signature);
  return tables.list(model, MODEL.subgraphs)[tables.number(found, SIGNATURE.subgraph)];
}

function resize(tables, tensor, height, width) {
  const any = tables.numbers(tensor, TENSOR.anyShape);
  if (any.length !== 4 || !any.includes(-1)) return;
  for (const field of [TENSOR.shape, TENSOR.anyShape]) tables.numbers(tensor, field).set([1, height, width, 3]);
}

/** Reads FlatBuffers: https://flatbuffers.dev/internals */
class Tables {
  constructor(buffer) {
    this.view = new DataView(buffer);
  }

  follow(at) {
    return at + this.view.getUint32(at, true);
  }

  field(table, index) {
    const layout = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * index;
    const offset = entry < this.view.getUint16(layout, true) ? this.view.getUint16(layout + entry, true) : 0;
    return offset && table + offset;
  }

  number(table, index) {
    const at = this.field(table, index);
    return at && this.view.getUint32(at, true);
  }

  numbers(table, index) {
    const at = this.field(table, index);
    if (!at) return new Int32Array();
    const start = this.follow(at);
    return new Int32Array(this.view.buffer, start + 4, this.view.getUint32(start, true));
  }

  list(table, index) {
    const start = this.follow(this.field(table, index));
    const length = this.view.getUint32(start, true);
    return Array.from({ length }, (_, i) => this.follow(start + 4 + 4 * i));
  }

  text(table, index) {
    const start = this.follow(this.field(table, index));
    const bytes = new Uint8Array(this.view.buffer, start + 4, this.view.getUint32(start, true));
    return new TextDecoder().decode(bytes);
  }
}
