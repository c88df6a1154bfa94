"use strict";
// What the page shows, as objects that refer to one another. Everything here comes from an archive:
// it gets onto the page as text (textContent, fillText), never as markup.

/** `matmul`, without `tract_core_` and `<scalar>`. */
function shortName(operation) {
  return operation.replace(/<.*/s, "").replace(/^tract_(core_|transformers_)?/, "");
}

/** `1×64×56×56`, with the type in front if it is not f32. */
function sizesOf(type) {
  const parts = /^([a-z]+[0-9]*)\[(.*)\]$/s.exec(type || "");
  if (!parts) return type || "";
  const sizes = parts[2].replaceAll(",", "×");
  return parts[1] === "f32" && sizes ? sizes : `${parts[1]} ${sizes}`.trim();
}

function lastPart(path) {
  return path.slice(path.lastIndexOf(".") + 1);
}

function bytesText(bytes) {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Appends to the list that a map has for a key. */
function append(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

const placeKey = (file, line) => `${line} ${file}`;

function readOperations(report) {
  return (report.operation_list || []).map((o, index) => ({
    index,
    results: o.results || [],
    name: o.operation || "",
    short: shortName(o.operation || ""),
    line: o.line || 0,
    module: o.module || "",
    operands: o.operands || [],
    types: o.types || [],
    places: o.places || [],
    isWeight: (o.operation || "").startsWith("variable"),
    isInput: /^(tract_core_)?external/.test(o.operation || ""),
  }));
}

/** Rows of the weights' list: of the model as written, or of the archive if there is none. */
function readWeights(report, archive) {
  const written = report.variable_list || [];
  const rows = written.map((v) => ({
    name: v.name,
    label: (v.file || "").replace(/\.dat$/, ""),
    type: `${v.dtype}[${(v.shape || []).join(",")}]`,
    shape: v.shape || [],
    bytes: Number(v.bytes || 0),
    note: v.blocks ? `in blocks of ${v.blocks}` : "",
  }));
  if (rows.length > 0) return rows;
  return (archive.weights || []).map((v) => ({
    name: v.path || "",
    label: v.path || "",
    type: `${v.dtype}[${(v.shape || []).join(",")}]`,
    shape: v.shape || [],
    bytes: Number(v.bytes || 0),
    note: v.note || "",
  }));
}

/** Rows of the program's list: titles of files, lines, gaps between lines. */
function readSources(sources) {
  const rows = [];
  const files = new Map();
  for (const file of sources || []) {
    const name = file.name || "";
    files.set(name, rows.length);
    rows.push({ title: name });
    let next = 0;
    for (const run of file.runs || []) {
      const first = run.first || 1;
      if (next > 0 && first > next) rows.push({ title: "   …" });
      (run.lines || []).forEach((text, i) => rows.push({ file: name, line: first + i, text }));
      next = first + (run.lines || []).length;
    }
  }
  return { rows, files };
}

/** What is drawn: nodes of operations, and at the end the model's outputs. */
function readDrawn(data, operations, maker, outputs) {
  const drawn = (data.nodes || []).map((n) => ({
    box: n.box || "",
    operations: (n.operations || []).map((i) => operations[i]),
  }));
  for (const { name } of outputs) {
    const made = maker.get(name);
    if (!made) continue;
    const type = made.types[made.results.indexOf(name)];
    const end = { ...made, isOutput: true, isInput: false, results: [name], types: [type], operands: [name] };
    drawn.push({ box: "", operations: [end] });
  }
  return drawn;
}

/** Everything, with what belongs to what. */
function readModel(data) {
  const report = data.conversion || {};
  const archive = data.archive || {};
  const operations = readOperations(report);
  const maker = new Map();
  const users = new Map();
  const atPlace = new Map();
  const atLine = new Map();
  for (const o of operations) {
    for (const result of o.results) maker.set(result, o);
    for (const operand of o.operands) append(users, operand, o);
    for (const p of o.places) append(atPlace, placeKey(p.file || "", p.line || 0), o);
    atLine.set(o.line, o);
  }
  const { rows, files } = readSources(data.sources);
  const rowAt = new Map();
  rows.forEach((row, i) => {
    if (row.file !== undefined) rowAt.set(placeKey(row.file, row.line), i);
  });
  const weights = readWeights(report, archive);
  const weightAt = new Map(weights.map((v, i) => [v.name, i]));
  return {
    report, archive, operations, maker, users, atPlace, atLine, rows, files, rowAt, weights, weightAt,
    tool: data.tool || "",
    cut: data.sources_cut || false,
    lines: data.nnef ? data.nnef.replace(/\n$/, "").split("\n") : [],
    drawn: readDrawn(data, operations, maker, report.outputs || []),
  };
}
