// Puts the page together: what is pointed at in one pane is marked in all others.

const MOST_FOUND = 60;

/** `code/net.py:12:4` in a message, where the program has such a line: [{from, to, key}]. */
function placesIn(text, model) {
  const found = [];
  for (const match of text.matchAll(/([^\s,;'"()]+?):(\d+)(?::\d+)?/g)) {
    const key = placeKey(match[1], Number(match[2]));
    if (model.rowAt.has(key)) found.push({ from: match.index, to: match.index + match[0].length, key });
  }
  return found;
}

class Page {
  constructor(model) {
    this.model = model;
    this.kept = [];
    this.keptRow = -1;
    this.notes = new Map(); // rows of the program that messages are about
    this.header();
    this.messages();
    this.lists();
    this.graph = new GraphView(document.getElementById("canvas"), model,
      (operations) => this.point(operations || []), (operations) => this.pick(operations || []));
    this.search();
    this.buttons();
    if (this.firstNote !== undefined) this.source.reveal(this.firstNote);
    this.mark([]);
  }

  header() {
    const { report, archive, tool } = this.model;
    const path = report.model || archive.path || "";
    const name = path.slice(path.lastIndexOf("/") + 1);
    document.title = `${name}: ${tool}`;
    document.getElementById("model").textContent = name;
    document.getElementById("model").title = path;
    const tensors = (list) => (list || []).map(
      (t) => `${t.name} ${t.dtype}[${(t.shape || []).join(",")}]`).join(", ");
    const parts = [];
    if (report.outputs) parts.push(`${tensors(report.inputs)} → ${tensors(report.outputs)}`);
    if (report.operations) parts.push(`${report.operations} operations`);
    if (report.variables) parts.push(`${report.variables} weights, ${bytesText(Number(report.variable_bytes))}`);
    parts.push(report.target ? `for ${report.target}` : "", archive.exported || "", tool);
    const text = parts.filter((part) => part).join(" · ");
    document.getElementById("summary").textContent = text;
    document.getElementById("summary").title = text;
  }

  messages() {
    const { report } = this.model;
    const place = document.getElementById("messages");
    for (const p of report.refusal_places || []) this.note(placeKey(p.file || "", p.line || 0), "refusal");
    for (const text of report.refusals || []) this.message(place, "refusal", text);
    for (const text of report.warnings || []) this.message(place, "warning", text);
    place.hidden = place.childElementCount === 0;
  }

  note(key, kind) {
    const row = this.model.rowAt.get(key);
    if (row === undefined) return;
    if (this.notes.get(row) !== "refusal") this.notes.set(row, kind);
    if (this.firstNote === undefined) this.firstNote = row;
  }

  /** A message whose places lead to their lines. */
  message(place, kind, text) {
    const p = textElement("p", kind, `${kind}: `);
    let done = 0;
    for (const found of placesIn(text, this.model)) {
      this.note(found.key, kind);
      p.append(text.slice(done, found.from));
      const link = textElement("a", "", text.slice(found.from, found.to));
      link.addEventListener("click", () => this.pickRow(this.model.rowAt.get(found.key)));
      p.append(link);
      done = found.to;
    }
    p.append(text.slice(done));
    place.append(p);
  }

  lists() {
    const { model } = this;
    const list = (id, count, fill, operations, pick) => new RowList(
      document.querySelector(`#${id} .list`), count, fill,
      (i) => this.point(i < 0 ? [] : operations(i)), (i) => pick(i));
    this.source = list("source", model.rows.length, (row, i) => this.fillSource(row, i),
      (i) => this.operationsAt(i), (i) => this.pickRow(i));
    this.nnef = list("nnef", model.lines.length, (row, i) => this.fillNnef(row, i),
      (i) => this.operationsOfLine(i), (i) => this.pick(this.operationsOfLine(i)));
    this.weights = list("weights", model.weights.length, (row, i) => this.fillWeight(row, i),
      (i) => this.usersOf(i), (i) => this.pick(this.usersOf(i)));
    const bytes = model.weights.reduce((sum, w) => sum + w.bytes, 0);
    document.getElementById("weights-note").textContent = `${model.weights.length}, ${bytesText(bytes)}`;
    const files = document.getElementById("files");
    for (const [name, row] of model.files) {
      const option = textElement("option", "", name);
      option.value = row;
      files.append(option);
    }
    files.addEventListener("change", () => {
      this.source.place.scrollTop = Number(files.value) * ROW;
    });
    this.source.place.addEventListener("scroll", () => this.showFile(), { passive: true });
    if (model.cut) files.append(textElement("option", "", "(there is more than is shown)"));
  }

  showFile() {
    const top = Math.floor(this.source.place.scrollTop / ROW);
    let current = 0;
    for (const row of this.model.files.values()) if (row <= top) current = row;
    document.getElementById("files").value = current;
  }

  fillSource(element, i) {
    const row = this.model.rows[i];
    if (row.title !== undefined) {
      element.classList.add("title");
      element.textContent = row.title;
      return;
    }
    element.append(textElement("span", "number", row.line), row.text);
    if (this.model.atPlace.has(placeKey(row.file, row.line))) element.classList.add("active");
    if (this.notes.has(i)) element.classList.add(this.notes.get(i));
  }

  fillNnef(element, i) {
    element.append(textElement("span", "number", i + 1), this.model.lines[i]);
    if (this.model.atLine.has(i + 1)) element.classList.add("active");
  }

  fillWeight(element, i) {
    const weight = this.model.weights[i];
    element.append(textElement("span", "number", i + 1));
    const cell = (text, className) => element.append(textElement("span", `cell ${className}`, text));
    cell(weight.label, "");
    cell(weight.type, "faint");
    cell(bytesText(weight.bytes), "faint");
    cell(weight.note, "faint");
    element.classList.add("active");
  }

  operationsAt(i) {
    const row = this.model.rows[i];
    const at = row.file === undefined ? [] : this.model.atPlace.get(placeKey(row.file, row.line));
    return (at || []).filter((o) => !o.isWeight);
  }

  operationsOfLine(i) {
    const operation = this.model.atLine.get(i + 1);
    return operation ? [operation] : [];
  }

  usersOf(i) {
    const { name } = this.model.weights[i];
    const read = this.model.maker.get(name);
    return (read ? [read] : []).concat(this.model.users.get(name) || []);
  }

  /** Rows of each list that belong to operations: Map of rows with `kind`, added to those there. */
  rowsOf(operations, kind, marks) {
    const { model } = this;
    for (const o of operations) {
      marks.nnef.set(o.line - 1, kind);
      const place = o.places[0];
      const row = place && model.rowAt.get(placeKey(place.file || "", place.line || 0));
      if (row !== undefined) marks.source.set(row, kind);
      for (const name of [...o.operands, ...(o.isWeight ? o.results : [])]) {
        const weight = model.weightAt.get(name);
        if (weight === undefined) continue;
        marks.weights.set(weight, kind);
        const read = model.maker.get(name);
        if (read && read.isWeight) marks.nnef.set(read.line - 1, kind);
      }
    }
  }

  mark(hover) {
    const marks = { source: new Map(), nnef: new Map(), weights: new Map() };
    this.rowsOf(hover, "hover", marks);
    this.rowsOf(this.kept, "kept", marks);
    if (this.keptRow >= 0) marks.source.set(this.keptRow, "kept");
    this.source.setMarks(marks.source);
    this.nnef.setMarks(marks.nnef);
    this.weights.setMarks(marks.weights);
    this.graph.setMarks(hover, this.kept);
  }

  point(operations) {
    if (operations.length === 0 && this.pointed === 0) return;
    this.pointed = operations.length;
    this.mark(operations);
    this.tell(operations.length > 0 ? operations : this.kept);
  }

  /** Keeps the marks of some operations, and brings them into sight. */
  pick(operations, row = -1) {
    this.kept = operations;
    this.keptRow = row;
    this.mark([]);
    this.tell(operations);
    const first = operations.find((o) => !o.isWeight) || operations[0];
    if (row >= 0) this.source.reveal(row);
    if (!first) return;
    this.graph.reveal(first);
    this.nnef.reveal(first.line - 1);
    const place = first.places[0];
    const at = place && this.model.rowAt.get(placeKey(place.file || "", place.line || 0));
    if (row < 0 && at !== undefined) this.source.reveal(at);
    const weight = [...first.operands, ...first.results].find((name) => this.model.weightAt.has(name));
    if (weight !== undefined) this.weights.reveal(this.model.weightAt.get(weight));
  }

  pickRow(i) {
    this.pick(this.operationsAt(i), i);
  }

  tell(operations) {
    const o = operations[0];
    if (!o) return;
    const results = o.results.map((name, i) => `${name} ${o.types[i] || ""}`.trim()).join(", ");
    const more = operations.length > 1 ? ` and ${operations.length - 1} more` : "";
    document.getElementById("told").textContent =
      `${o.name} → ${results}${o.module ? ` · module ${o.module}` : ""}${more}`;
  }

  find(text) {
    const wanted = text.toLowerCase();
    const found = [];
    const add = (kind, label, pick) => {
      if (found.length < MOST_FOUND && label.toLowerCase().includes(wanted)) found.push({ kind, label, pick });
    };
    const { model } = this;
    const modules = new Map();
    for (const o of model.operations) {
      if (!o.isWeight && o.module && !modules.has(o.module)) modules.set(o.module, o);
    }
    for (const name of modules.keys()) {
      add("module", name, () => this.pick(model.operations.filter((o) => o.module === name)));
    }
    for (const o of model.operations) {
      if (!o.isWeight) add("operation", `${o.results.join(", ")} = ${o.name}`, () => this.pick([o]));
    }
    model.weights.forEach((w, i) => add("weight", w.label, () => this.pickWeight(i)));
    model.rows.forEach((row, i) => {
      if (row.text !== undefined) add("line", `${row.line}: ${row.text.trim()}`, () => this.pickRow(i));
    });
    return found;
  }

  pickWeight(i) {
    this.pick(this.usersOf(i));
    this.weights.reveal(i);
  }

  search() {
    const input = document.getElementById("search");
    const list = document.getElementById("found");
    let found = [];
    const choose = (one) => {
      list.hidden = true;
      if (one) one.pick();
    };
    input.addEventListener("input", () => {
      found = input.value.trim() ? this.find(input.value.trim()) : [];
      list.replaceChildren(...found.map((one, i) => {
        const row = textElement("li", i === 0 ? "first" : "", "");
        row.append(textElement("b", "", one.kind), one.label);
        row.addEventListener("mousedown", () => choose(one));
        return row;
      }));
      if (found.length === 0) list.append(textElement("li", "", "nothing of that name"));
      list.hidden = !input.value.trim();
    });
    input.addEventListener("blur", () => { list.hidden = true; });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") choose(found[0]);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && document.activeElement !== input) {
        event.preventDefault();
        input.select();
      }
      if (event.key === "Escape") {
        list.hidden = true;
        this.pick([]);
      }
    });
  }

  buttons() {
    const { report, drawn } = this.model;
    const on = (id, act) => document.getElementById(id).addEventListener("click", act);
    on("fit", () => this.graph.fit());
    on("open-all", () => this.graph.openAll(true));
    on("close-all", () => this.graph.openAll(false));
    const refused = (report.refusals || []).length > 0;
    const note = !refused ? "" : drawn.length > 0 ? "as far as it went" : "nothing was converted";
    document.getElementById("graph-note").textContent = note;
  }
}

// `window.page` is for tests and for whoever looks around in the console.
const begin = performance.now();
window.page = new Page(readModel(JSON.parse(document.getElementById("data").textContent)));
requestAnimationFrame(() => {
  document.body.dataset.ready = String(Math.round(performance.now() - begin));
});
