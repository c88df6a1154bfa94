// Places what is shown: layers from top to bottom in each box, boxes as wholes in the box around
// them (K. Sugiyama et al., 1981). What goes past a layer, or in or out of a box, has a place there.

const GAP_X = 22;
const GAP_Y = 30;
const PAD = 14;
const HEAD = 20; // of a box
const LANE = 10; // the width of what only goes past

function makeLane() {
  return { isLane: true, w: LANE, h: 0, x: 0, y: 0 };
}

/** Gives each open box its links: pairs of what stands in it, with lanes at its rim. */
function linkBoxes(root, edges) {
  const reset = (box) => {
    box.links = new Map();
    box.ins = new Map();
    box.outs = new Map();
    for (const item of box.items) if (item.isBox && item.open) reset(item);
  };
  reset(root);
  let ids = 0;
  const idOf = (thing) => (thing.linkId = thing.linkId || ++ids);
  const lane = (map, tensor) => {
    if (!map.has(tensor)) map.set(tensor, makeLane());
    return map.get(tensor);
  };
  const link = (box, from, to, edge) => {
    const key = `${idOf(from)} ${idOf(to)} ${edge.tensor}`;
    if (!box.links.has(key)) box.links.set(key, { from, to, tensor: edge.tensor, type: edge.type });
  };
  const chainOf = (item) => {
    const chain = [item];
    while (chain[chain.length - 1].parent) chain.push(chain[chain.length - 1].parent);
    return chain;
  };
  for (const edge of edges) {
    const up = chainOf(edge.from);
    const down = chainOf(edge.to);
    let i = up.length - 1;
    let j = down.length - 1;
    while (up[i - 1] === down[j - 1]) { i -= 1; j -= 1; }
    // up[i] and down[j] are the innermost box around both.
    for (let k = 1; k < i; ++k) link(up[k], up[k - 1], lane(up[k].outs, edge.tensor), edge);
    for (let k = 1; k < j; ++k) link(down[k], lane(down[k].ins, edge.tensor), down[k - 1], edge);
    link(up[i], up[i - 1], down[j - 1], edge);
  }
}

/** Layers of a box: lists of items and lanes; `box.hops` are the links cut at each layer. */
function makeLayers(box) {
  const links = [...box.links.values()];
  const into = new Map();
  const outOf = new Map();
  for (const l of links) {
    append(into, l.to, l);
    append(outOf, l.from, l);
  }
  const first = box.ins.size > 0 ? 1 : 0;
  const level = new Map();
  for (const port of box.ins.values()) level.set(port, 0);
  for (const item of box.items) {
    let at = first;
    for (const l of into.get(item) || []) at = Math.max(at, level.get(l.from) + 1);
    level.set(item, at);
  }
  // What nothing leads to stands right above what reads it first.
  for (const item of box.items) {
    if (into.has(item) || !outOf.has(item)) continue;
    const readers = outOf.get(item).map((l) => (level.has(l.to) ? level.get(l.to) : Infinity));
    const at = Math.min(...readers) - 1;
    if (Number.isFinite(at)) level.set(item, Math.max(first, at));
  }
  let last = first;
  for (const item of box.items) last = Math.max(last, level.get(item));
  for (const port of box.outs.values()) level.set(port, last + 1);
  const layers = Array.from({ length: last + 1 + (box.outs.size > 0 ? 1 : 0) }, () => []);
  for (const [thing, at] of level) layers[at].push(thing);
  cutLinks(box, links, level, layers);
  return layers;
}

/** Long links go through lanes, which the links of a tensor share. */
function cutLinks(box, links, level, layers) {
  const hops = new Map();
  const lanes = new Map();
  const ids = new Map();
  const idOf = (thing) => {
    if (!ids.has(thing)) ids.set(thing, ids.size);
    return ids.get(thing);
  };
  const hop = (from, to, l) => {
    const key = `${idOf(from)} ${idOf(to)} ${l.tensor}`;
    if (!hops.has(key)) hops.set(key, { from, to, tensor: l.tensor, type: l.type });
  };
  for (const l of links) {
    let from = l.from;
    for (let at = level.get(l.from) + 1; at < level.get(l.to); ++at) {
      const key = `${idOf(l.from)} ${at} ${l.tensor}`;
      if (!lanes.has(key)) {
        lanes.set(key, makeLane());
        layers[at].push(lanes.get(key));
      }
      hop(from, lanes.get(key), l);
      from = lanes.get(key);
    }
    hop(from, l.to, l);
  }
  box.hops = [...hops.values()];
}

/** Where a tensor leaves or enters a thing, from its left side. */
function anchor(thing, tensor, leaves) {
  if (thing.isBox && thing.open) {
    const port = (leaves ? thing.outs : thing.ins).get(tensor);
    if (port) return port.x + port.w / 2;
  }
  return thing.w / 2;
}

/** Left sides as near to those wanted as can be without overlap, in this order (least squares). */
function settle(things, wanted) {
  const groups = [];
  let offset = 0;
  things.forEach((thing, i) => {
    let group = { sum: wanted[i] - offset, size: 1, offsets: [offset] };
    offset += thing.w + (thing.isLane ? GAP_X / 2 : GAP_X);
    while (groups.length > 0) {
      const before = groups[groups.length - 1];
      if (before.sum / before.size <= group.sum / group.size) break;
      groups.pop();
      group = {
        sum: before.sum + group.sum,
        size: before.size + group.size,
        offsets: before.offsets.concat(group.offsets),
      };
    }
    groups.push(group);
  });
  let i = 0;
  for (const group of groups) {
    for (const o of group.offsets) things[i++].x = group.sum / group.size + o;
  }
}

function average(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function placeAcross(box, layers) {
  const before = new Map();
  const after = new Map();
  for (const h of box.hops) {
    append(before, h.to, h);
    append(after, h.from, h);
  }
  const fromAbove = (thing) => (before.get(thing) || []).map(
    (h) => h.from.x + anchor(h.from, h.tensor, true) - anchor(thing, h.tensor, false));
  const fromBelow = (thing) => (after.get(thing) || []).map(
    (h) => h.to.x + anchor(h.to, h.tensor, false) - anchor(thing, h.tensor, true));
  const pass = (layer, wishes, sort) => {
    const wanted = new Map();
    let least = 0;
    for (const thing of layer) {
      const all = wishes(thing);
      const at = all.length > 0 ? average(all) : thing.x || least;
      least = at + thing.w;
      wanted.set(thing, at);
    }
    if (sort) {
      const middle = (t) => wanted.get(t) + t.w / 2;
      layer.sort((a, b) => middle(a) - middle(b));
    }
    settle(layer, layer.map((thing) => wanted.get(thing)));
  };
  for (const layer of layers) for (const thing of layer) thing.x = 0;
  for (const layer of layers) pass(layer, fromAbove, true);
  for (let i = layers.length - 1; i >= 0; --i) pass(layers[i], fromBelow, false);
  for (const layer of layers) pass(layer, (t) => fromAbove(t).concat(fromBelow(t)), false);
}

/** Sizes and places of all that stands in a box, from the box's corner. */
function layoutBox(box) {
  for (const item of box.items) if (item.isBox && item.open) layoutBox(item);
  const layers = makeLayers(box);
  placeAcross(box, layers);
  let y = box.parent ? HEAD : 0;
  let left = Infinity;
  let right = -Infinity;
  layers.forEach((layer, i) => {
    const rim = layer.every((thing) => thing.isLane);
    const height = Math.max(0, ...layer.map((thing) => thing.h));
    for (const thing of layer) {
      if (thing.isLane) thing.h = height;
      thing.y = y + (height - thing.h) / 2;
      left = Math.min(left, thing.x);
      right = Math.max(right, thing.x + thing.w);
    }
    y += height;
    if (i + 1 < layers.length) y += rim ? GAP_Y / 2 : GAP_Y;
  });
  if (!Number.isFinite(left)) left = right = 0;
  const wide = Math.max(right - left, box.labelWidth || 0);
  const shift = PAD - left + (wide - (right - left)) / 2;
  for (const layer of layers) for (const thing of layer) thing.x += shift;
  box.w = wide + 2 * PAD;
  box.h = y + PAD;
}

const isOpen = (thing) => thing.isBox && thing.open;

/** Adds the box's place to that of all that stands in it; collects lines and things to draw. */
function placeAll(box, x, y, picture) {
  box.x = x;
  box.y = y;
  const named = new Map(); // what leaves each thing has its sizes there once
  for (const h of box.hops) {
    const from = h.from;
    const to = h.to;
    const first = !(named.get(from) || []).includes(h.tensor);
    if (first) append(named, from, h.tensor);
    const x1 = x + from.x + anchor(from, h.tensor, true);
    const x2 = x + to.x + anchor(to, h.tensor, false);
    // Lanes at the rim reach to the border.
    const y1 = y + (box.ins.get(h.tensor) === from ? 0 : from.y + from.h);
    const y2 = y + (box.outs.get(h.tensor) === to ? box.h : to.y);
    picture.lines.push({
      x1, y1, x2, y2, tensor: h.tensor, top: Math.min(y1, y2), bottom: Math.max(y1, y2),
      type: first && !from.isLane && !isOpen(from) ? h.type : "", arrow: !to.isLane && !isOpen(to),
    });
    if (to.isLane && to.h > 0 && !box.outs.has(h.tensor)) {
      picture.lines.push({
        x1: x2, y1: y2, x2, y2: y2 + to.h, tensor: h.tensor, top: y2, bottom: y2 + to.h, type: "", arrow: false,
      });
    }
  }
  for (const item of box.items) {
    picture.things.push(item);
    if (item.isBox && item.open) {
      placeAll(item, x + item.x, y + item.y, picture);
    } else {
      item.x += x;
      item.y += y;
    }
  }
}

/** {lines, things, w, h}; `measure`: sets the size of a node or a closed box. */
function layout(root, edges, measure) {
  const size = (box) => {
    for (const item of box.items) {
      measure(item);
      if (item.isBox && item.open) size(item);
    }
  };
  size(root);
  linkBoxes(root, edges);
  layoutBox(root);
  const picture = { lines: [], things: [], w: root.w, h: root.h };
  placeAll(root, 0, 0, picture);
  return picture;
}
