// From drawn nodes to boxes in boxes, and which tensors go into and out of each.

const MOST_SHOWN = 260; // nodes and boxes that are open at first
const NAMES_IN_ROW = 5; // of operations

/** A box: {path, label, items: nodes and boxes in the order of execution, open, parent, count}. */
function makeBox(path, label, parent) {
  return { isBox: true, path, label, parent, items: [], open: true, count: 0 };
}

/** Nodes with rows of text: a row a module. */
function makeNode(drawn, model) {
  const node = { isBox: false, operations: drawn.operations, rows: [], weighted: false };
  const first = drawn.operations[0];
  node.isEnd = first.isInput || first.isOutput || false;
  for (const o of drawn.operations) {
    let row = node.rows[node.rows.length - 1];
    if (!row || row.module !== o.module || row.names.length >= NAMES_IN_ROW) {
      const part = o.module === drawn.box || node.isEnd ? "" : lastPart(o.module);
      row = { module: o.module, part, names: [], weights: [], operations: [] };
      node.rows.push(row);
    }
    row.names.push(node.isEnd ? o.results[0] : o.short);
    row.operations.push(o);
    for (const operand of o.operands) {
      const at = model.weightAt.get(operand);
      if (at === undefined || !(model.maker.get(operand) || {}).isWeight) continue;
      const shape = model.weights[at].shape;
      node.weighted = true;
      if (shape.filter((n) => Number(n) > 1).length > 1) row.weights.push(shape.join("×"));
    }
  }
  for (const row of node.rows) row.text = row.names.join(" ");
  if (node.isEnd) node.rows[0].weights = [first.types[0] || ""];
  return node;
}

/** The box in which all stands. A module that is called again later has another box. */
function makeBoxes(model) {
  const root = makeBox("", "", null);
  let box = root;
  for (const drawn of model.drawn) {
    const inside = (b) => b === root || drawn.box === b.path || drawn.box.startsWith(`${b.path}.`);
    while (!inside(box)) box = box.parent;
    while (box.path !== drawn.box) {
      const rest = drawn.box.slice(box === root ? 0 : box.path.length + 1);
      const label = rest.split(".", 1)[0];
      const inner = makeBox(box === root ? label : `${box.path}.${label}`, label, box);
      box.items.push(inner);
      box = inner;
    }
    const node = makeNode(drawn, model);
    node.parent = box;
    box.items.push(node);
  }
  finishBoxes(root);
  return root;
}

/** Joins boxes that hold one box alone, and counts operations. */
function finishBoxes(box) {
  while (box.parent && box.items.length === 1 && box.items[0].isBox) {
    const inner = box.items[0];
    box.label = `${box.label}.${inner.label}`;
    box.path = inner.path;
    box.items = inner.items;
  }
  box.count = 0;
  for (const item of box.items) {
    item.parent = box;
    if (item.isBox) finishBoxes(item);
    box.count += item.isBox ? item.count : item.operations.length;
  }
}

/** Opens boxes, outer ones first, while there are not too many nodes. */
function openSome(root) {
  let shown = root.items.length;
  let level = [root];
  while (level.length > 0) {
    const next = [];
    for (const box of level) {
      for (const item of box.items) {
        if (!item.isBox) continue;
        item.open = shown + item.items.length <= MOST_SHOWN;
        if (!item.open) continue;
        shown += item.items.length;
        next.push(item);
      }
    }
    level = next;
  }
}

function setAllOpen(box, open) {
  for (const item of box.items) {
    if (!item.isBox) continue;
    item.open = open;
    setAllOpen(item, open);
  }
}

/** The node, or the closed box around it, that stands for each operation: Map of operations. */
function shownItems(root) {
  const shown = new Map();
  const visit = (box, as) => {
    for (const item of box.items) {
      if (item.isBox) visit(item, as || (item.open ? null : item));
      else for (const o of item.operations) shown.set(o, as || item);
    }
  };
  visit(root, null);
  return shown;
}

/** Pairs of what is shown, each tensor once: [{from, to, tensor, type}]. */
function shownEdges(model, shown) {
  const edges = [];
  const seen = new Set();
  for (const [o, to] of shown) {
    for (const operand of o.operands) {
      const made = model.maker.get(operand);
      const from = made && shown.get(made);
      if (!from || from === to) continue;
      to.id = to.id || ++shownEdges.ids;
      const key = `${to.id} ${operand}`;
      if (seen.has(key)) continue;
      seen.add(key);
      edges.push({ from, to, tensor: operand, type: made.types[made.results.indexOf(operand)] });
    }
  }
  return edges;
}
shownEdges.ids = 0;
