// The graph on a canvas: drawn as far as it is in sight, moved with the pointer, zoomed with the
// wheel. Boxes of modules open and close by a click on their names.

const FONT = '12px system-ui, "DejaVu Sans", sans-serif';
const BOLD = `bold ${FONT}`;
const SMALL = '10.5px system-ui, "DejaVu Sans", sans-serif';
const LINE = 17; // the height of a row of a node

class GraphView {
  /** `onPoint`: (operations or null); `onPick`: (operations or null). */
  constructor(canvas, model, onPoint, onPick) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.model = model;
    this.root = makeBoxes(model);
    this.marks = { hover: new Set(), kept: new Set() };
    this.view = { x: 0, y: 0, zoom: 1 };
    this.colors = {};
    openSome(this.root);
    this.arrange();
    this.listen(onPoint, onPick);
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    this.restyle();
  }

  restyle() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["back", "text", "faint", "mark", "keep", "node", "weighted", "end", "edge",
      "box", "pane", "box-line", "accent"]) {
      this.colors[name] = style.getPropertyValue(`--${name}`).trim();
    }
    this.redraw();
  }

  textWidth(font, text) {
    this.widths = this.widths || new Map();
    const key = font + text;
    if (!this.widths.has(key)) {
      this.context.font = font;
      this.widths.set(key, this.context.measureText(text).width);
    }
    return this.widths.get(key);
  }

  /** Sets the sizes of a node, of a closed box, or of an open one's name. */
  measure(item) {
    if (item.isBox) {
      item.labelWidth = this.textWidth(BOLD, item.label) + 24;
      if (item.open) return;
      item.w = Math.max(90, item.labelWidth + this.textWidth(SMALL, this.countText(item)) + 24);
      item.h = LINE + 10;
      return;
    }
    item.parts = Math.max(...item.rows.map((r) => (r.part ? this.textWidth(SMALL, r.part) + 8 : 0)));
    const widths = item.rows.map((r) => item.parts + this.textWidth(BOLD, r.text) +
      r.weights.reduce((sum, w) => sum + 8 + this.textWidth(SMALL, w), 0));
    item.w = Math.max(...widths) + 16;
    item.h = item.rows.length * LINE + 6;
  }

  countText(box) {
    return `${box.count} operations`;
  }

  arrange() {
    this.shown = shownItems(this.root);
    this.picture = layout(this.root, shownEdges(this.model, this.shown), (item) => this.measure(item));
    this.redraw();
  }

  resize() {
    const scale = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === 0) return;
    this.canvas.width = clientWidth * scale;
    this.canvas.height = clientHeight * scale;
    if (!this.fitted) this.start();
    this.draw();
  }

  /** At first: the width, from the top, as large as can be read. */
  start() {
    this.fitted = true;
    const { clientWidth } = this.canvas;
    const zoom = Math.min(1, Math.max(0.55, clientWidth / (this.picture.w + 20)));
    const input = this.picture.things.find((item) => item.isEnd) || this.picture.things[0];
    const middle = this.picture.w * zoom > clientWidth && input ? input.x + input.w / 2 : this.picture.w / 2;
    this.view = { zoom, x: clientWidth / 2 - middle * zoom, y: 8 };
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    const zoom = Math.min(1, clientWidth / (this.picture.w + 20), clientHeight / (this.picture.h + 20));
    this.view = {
      zoom, x: (clientWidth - this.picture.w * zoom) / 2, y: (clientHeight - this.picture.h * zoom) / 2,
    };
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const c = this.context;
    const scale = devicePixelRatio || 1;
    const { x, y, zoom } = this.view;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.fillStyle = this.colors.back;
    c.fillRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    c.setTransform(scale * zoom, 0, 0, scale * zoom, scale * x, scale * y);
    const sight = {
      left: -x / zoom, top: -y / zoom,
      right: (this.canvas.clientWidth - x) / zoom, bottom: (this.canvas.clientHeight - y) / zoom,
    };
    const seen = this.picture.things.filter((t) => t.x < sight.right && t.x + t.w > sight.left &&
      t.y < sight.bottom && t.y + t.h > sight.top);
    for (const item of seen) if (item.isBox) this.drawBox(item, zoom);
    for (const line of this.picture.lines) {
      if (line.top < sight.bottom && line.bottom > sight.top) this.drawLine(line, zoom);
    }
    for (const item of seen) if (!item.isBox) this.drawNode(item, zoom);
  }

  rounded(item, fill, line) {
    const c = this.context;
    c.beginPath();
    c.roundRect(item.x, item.y, item.w, item.h, 5);
    c.fillStyle = fill;
    c.fill();
    c.strokeStyle = line;
    c.lineWidth = 1;
    c.stroke();
  }

  depth(box) {
    let depth = 0;
    for (let b = box; b.parent; b = b.parent) ++depth;
    return depth;
  }

  markOf(operations) {
    if (operations.some((o) => this.marks.kept.has(o))) return this.colors.keep;
    return operations.some((o) => this.marks.hover.has(o)) ? this.colors.mark : null;
  }

  drawBox(box, zoom) {
    const c = this.context;
    const mark = box.open ? null : this.markOf(this.operationsOf(box));
    const fill = box.open && this.depth(box) % 2 === 0 ? this.colors.pane : this.colors.box;
    this.rounded(box, mark || fill, this.colors["box-line"]);
    if (zoom < 0.2) return;
    c.font = BOLD;
    c.fillStyle = this.colors.text;
    c.fillText(`${box.open ? "▾" : "▸"} ${box.label}`, box.x + 7, box.y + 15 + (box.open ? 0 : 3));
    if (box.open) return;
    c.font = SMALL;
    c.fillStyle = this.colors.faint;
    c.fillText(this.countText(box), box.x + box.labelWidth + 8, box.y + 18);
  }

  drawLine(line, zoom) {
    const c = this.context;
    const made = this.model.maker.get(line.tensor);
    const mark = made && (this.marks.kept.has(made) || this.marks.hover.has(made));
    const bend = Math.min(40, (line.y2 - line.y1) / 2);
    c.strokeStyle = c.fillStyle = mark ? this.colors.accent : this.colors.edge;
    c.lineWidth = mark ? 2 : 1;
    c.beginPath();
    c.moveTo(line.x1, line.y1);
    if (line.x1 === line.x2) c.lineTo(line.x2, line.y2);
    else c.bezierCurveTo(line.x1, line.y1 + bend, line.x2, line.y2 - bend, line.x2, line.y2);
    c.stroke();
    if (zoom < 0.3) return;
    if (line.arrow) {
      c.beginPath();
      c.moveTo(line.x2, line.y2);
      c.lineTo(line.x2 - 3, line.y2 - 6);
      c.lineTo(line.x2 + 3, line.y2 - 6);
      c.fill();
    }
    if (!line.type || zoom < 0.45) return;
    c.font = SMALL;
    c.fillStyle = this.colors.faint;
    c.fillText(sizesOf(line.type), line.x1 + 5, line.y1 + 12);
  }

  drawNode(node, zoom) {
    const c = this.context;
    const fill = node.isEnd ? this.colors.end : node.weighted ? this.colors.weighted : this.colors.node;
    this.rounded(node, fill, this.colors.edge);
    node.rows.forEach((row, i) => {
      const y = node.y + 3 + i * LINE;
      const mark = this.markOf(row.operations);
      if (mark) {
        c.fillStyle = mark;
        c.fillRect(node.x + 1, y, node.w - 2, LINE);
      }
      if (zoom < 0.3) return;
      c.font = SMALL;
      c.fillStyle = this.colors.faint;
      if (row.part) c.fillText(row.part, node.x + 8, y + 12.5);
      let x = node.x + 8 + node.parts;
      c.font = BOLD;
      c.fillStyle = this.colors.text;
      c.fillText(row.text, x, y + 12.5);
      x += this.textWidth(BOLD, row.text);
      c.font = SMALL;
      c.fillStyle = this.colors.faint;
      for (const weight of row.weights) {
        c.fillText(weight, x + 8, y + 12.5);
        x += 8 + this.textWidth(SMALL, weight);
      }
    });
  }

  operationsOf(box) {
    const operations = [];
    const visit = (b) => {
      for (const item of b.items) item.isBox ? visit(item) : operations.push(...item.operations);
    };
    visit(box);
    return operations;
  }

  /** What is at a place of the canvas: {item, operations}, or null. */
  at(clientX, clientY) {
    const frame = this.canvas.getBoundingClientRect();
    const x = (clientX - frame.left - this.view.x) / this.view.zoom;
    const y = (clientY - frame.top - this.view.y) / this.view.zoom;
    const inside = (t) => x >= t.x && x <= t.x + t.w && y >= t.y && y <= t.y + t.h;
    let found = null;
    for (const item of this.picture.things) {
      if (!inside(item)) continue;
      if (item.isBox) {
        if (!item.open) found = { item, operations: this.operationsOf(item) };
        else if (y <= item.y + HEAD) found = { item, operations: [] };
      } else {
        const row = Math.max(0, Math.min(item.rows.length - 1, Math.floor((y - item.y - 3) / LINE)));
        found = { item, operations: item.rows[row].operations };
      }
    }
    return found;
  }

  /** Opens or closes a box; what was clicked stays where it is. */
  toggle(box) {
    const { x, y } = box;
    box.open = !box.open;
    this.arrange();
    this.view.x += (x - box.x) * this.view.zoom;
    this.view.y += (y - box.y) * this.view.zoom;
  }

  openAll(open) {
    setAllOpen(this.root, open);
    this.arrange();
    this.start();
  }

  setMarks(hover, kept) {
    this.marks = { hover: new Set(hover), kept: new Set(kept) };
    this.redraw();
  }

  /** The middle of what shows an operation, on the page. */
  locate(operation) {
    const item = this.shown.get(operation);
    if (!item) return null;
    const frame = this.canvas.getBoundingClientRect();
    let y = item.h / 2;
    if (!item.isBox) {
      const row = item.rows.findIndex((r) => r.operations.includes(operation));
      y = 3 + (row + 0.5) * LINE;
    }
    return {
      x: frame.left + this.view.x + (item.x + item.w / 2) * this.view.zoom,
      y: frame.top + this.view.y + (item.y + y) * this.view.zoom,
    };
  }

  /** Moves the picture so that an operation is in sight. */
  reveal(operation) {
    const place = this.locate(operation);
    if (!place) return;
    const frame = this.canvas.getBoundingClientRect();
    const near = 30;
    const out = place.x < frame.left + near || place.x > frame.right - near ||
      place.y < frame.top + near || place.y > frame.bottom - near;
    if (!out) return;
    this.view.x += (frame.left + frame.right) / 2 - place.x;
    this.view.y += frame.top + frame.height / 3 - place.y;
    this.redraw();
  }

  zoomAt(clientX, clientY, factor) {
    const frame = this.canvas.getBoundingClientRect();
    const zoom = Math.min(3, Math.max(0.02, this.view.zoom * factor));
    const change = zoom / this.view.zoom;
    this.view.x = clientX - frame.left - (clientX - frame.left - this.view.x) * change;
    this.view.y = clientY - frame.top - (clientY - frame.top - this.view.y) * change;
    this.view.zoom = zoom;
    this.redraw();
  }

  listen(onPoint, onPick) {
    const canvas = this.canvas;
    let drag = null;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomAt(event.clientX, event.clientY, Math.exp(-event.deltaY / 500));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) {
        const found = this.at(event.clientX, event.clientY);
        canvas.style.cursor = found ? "pointer" : "grab";
        onPoint(found ? found.operations : null);
        return;
      }
      const dx = event.clientX - drag.x;
      const dy = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
      this.view.x += dx;
      this.view.y += dy;
      this.redraw();
    });
    canvas.addEventListener("pointerup", (event) => {
      const clicked = drag && !drag.moved;
      drag = null;
      if (!clicked) return;
      const found = this.at(event.clientX, event.clientY);
      if (found && found.item.isBox) this.toggle(found.item);
      else onPick(found ? found.operations : null);
    });
    canvas.addEventListener("pointerleave", () => onPoint(null));
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "+") this.zoomAt(innerWidth / 4, innerHeight / 2, 1.2);
      if (event.key === "-") this.zoomAt(innerWidth / 4, innerHeight / 2, 1 / 1.2);
    });
  }
}
