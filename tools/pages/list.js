// A list of which only the rows in sight are elements.

const ROW = 18;
const SPARE = 20; // rows above and below those in sight

class RowList {
  /**
   * @param place    the element that scrolls
   * @param count    how many rows there are
   * @param fill     (row element, index): puts a row's text into its element
   * @param onPoint  (index or -1): the pointer came to a row or left
   * @param onPick   (index): a row was clicked
   */
  constructor(place, count, fill, onPoint, onPick) {
    this.place = place;
    this.count = count;
    this.fill = fill;
    this.shown = new Map();
    this.marks = new Map(); // index -> class
    this.space = document.createElement("div");
    this.space.className = "space";
    this.space.style.height = `${count * ROW}px`;
    place.append(this.space);
    place.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(place);
    const indexOf = (event) => {
      const row = event.target.closest(".row");
      return row ? Number(row.dataset.index) : -1;
    };
    place.addEventListener("mouseover", (event) => onPoint(indexOf(event)));
    place.addEventListener("mouseleave", () => onPoint(-1));
    place.addEventListener("click", (event) => {
      if (indexOf(event) >= 0) onPick(indexOf(event));
    });
  }

  draw() {
    const first = Math.max(0, Math.floor(this.place.scrollTop / ROW) - SPARE);
    const last = Math.min(
      this.count - 1,
      Math.ceil((this.place.scrollTop + this.place.clientHeight) / ROW) + SPARE
    );
    for (const [index, row] of this.shown) {
      if (index >= first && index <= last) continue;
      row.remove();
      this.shown.delete(index);
    }
    for (let index = first; index <= last; ++index) {
      if (!this.shown.has(index)) this.show(index);
    }
  }

  show(index) {
    const row = document.createElement("div");
    row.className = "row";
    row.dataset.index = index;
    row.style.top = `${index * ROW}px`;
    this.fill(row, index);
    row.dataset.plain = row.className;
    this.paint(row, index);
    this.space.append(row);
    this.shown.set(index, row);
  }

  paint(row, index) {
    const mark = this.marks.get(index);
    row.className = mark ? `${row.dataset.plain} ${mark}` : row.dataset.plain;
  }

  /** `marks`: classes by row. */
  setMarks(marks) {
    const changed = new Set([...this.marks.keys(), ...marks.keys()]);
    this.marks = marks;
    for (const index of changed) {
      const row = this.shown.get(index);
      if (row) this.paint(row, index);
    }
  }

  /** Scrolls so that a row is in sight. */
  reveal(index) {
    const top = index * ROW;
    const height = this.place.clientHeight;
    if (top < this.place.scrollTop || top + ROW > this.place.scrollTop + height) {
      this.place.scrollTop = Math.max(0, top - height / 3);
      this.place.scrollLeft = 0;
    }
    this.draw();
  }
}

/** An element with text. */
function textElement(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
