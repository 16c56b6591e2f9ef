/* The lines of the world: how they are read, and how they are drawn on a canvas. First of the scripts of the map.

On the map x and y go from 0 to 1; x goes on beyond that when the map goes round the earth. */
globalThis.havenMaps = (() => {
"use strict";

const TILE = 256;
const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const toX = (lon) => lon / 360 + 0.5;
const toY = (lat) => 0.5 - Math.atanh(Math.sin(clamp(lat, -85.05, 85.05) * Math.PI / 180)) / (2 * Math.PI);
const toLon = (x) => x * 360 - 180;
const toLat = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function* numbersIn(bytes) {
  for (let at = 0; at < bytes.length;) {
    let value = 0, factor = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    yield value;
  }
}

function grow(box, x, y) {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

/* The format is described in haven_fs/tree/maps/world/encode.py. */
function readWorld(bytes) {
  const numbers = numbersIn(bytes), next = () => numbers.next().value;
  const unit = 2 ** -next(), kinds = [next(), next(), next()], lines = [];
  let x = 0, y = 0;
  for (let left = kinds[0] + kinds[1] + kinds[2]; left; left--) {
    const line = new Float64Array(2 * next()), box = [9, 9, -9, -9];
    for (let at = 0; at < line.length; at += 2) {
      line[at] = (x += signed(next())) * unit;
      line[at + 1] = (y += signed(next())) * unit;
      grow(box, line[at], line[at + 1]);
    }
    lines.push({ line, box });
  }
  // Both numbers come before the rings of either kind.
  const [land, lakes] = [next(), next()].map((count) => Array.from({ length: count }, () => {
    const first = next(), parts = lines.slice(first, first + next()), box = [9, 9, -9, -9];
    for (const part of parts) {
      grow(box, part.box[0], part.box[1]);
      grow(box, part.box[2], part.box[3]);
    }
    return { parts, box };
  }));
  const names = Array.from({ length: next() }, () => (
    { code: String.fromCharCode(next(), next()), x: next() * unit, y: next() * unit, width: next() * unit }
  ));
  names.sort((one, other) => other.width - one.width);
  return { land, lakes, names, coasts: lines.slice(0, kinds[0]), borders: lines.slice(kinds[0], kinds[0] + kinds[1]) };
}

/* Draws what `view` looks at: x and y in the middle, how wide and high it is in pixels, the zoom. */
class Painter {
  constructor(canvas, view, language) {
    Object.assign(this, { canvas, view, context: canvas.getContext("2d") });
    this.regions = new Intl.DisplayNames([language || "en", "en"], { type: "region", fallback: "none" });
    this.names = new Map();
  }

  /* Takes the colours and the font from the style of an element. */
  dress(element) {
    const style = getComputedStyle(element);
    for (const name of ["sea", "land", "coast", "border", "country", "town", "halo"]) {
      this[name] = style.getPropertyValue(`--map-${name}`).trim();
    }
    this.font = style.fontFamily;
    this.names.clear();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.view.width * ratio);
    this.canvas.height = Math.round(this.view.height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /* `taken`: boxes on the screen where no name may be. */
  paint(world, towns, taken) {
    const { context, view } = this, { width, height } = view;
    this.size = TILE * 2 ** view.zoom;
    context.fillStyle = this.sea;
    context.fillRect(0, 0, width, height);
    const bottom = (1 - view.y) * this.size + height / 2;
    context.fillStyle = this.land; // the Antarctic goes on where the map ends
    if (bottom < height) context.fillRect(0, bottom - 1, width, height);
    if (!world) return;
    const half = width / 2 / this.size;
    for (let turn = Math.floor(view.x - half); turn <= view.x + half; turn++) this.paintTurn(world, turn);
    this.taken = taken;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    this.nameCountries(world.names);
    this.nameTowns(towns || []);
  }

  paintTurn(world, turn) {
    const { view, size } = this, left = view.x - turn - view.width / 2 / size, top = view.y - view.height / 2 / size;
    Object.assign(this, { left, top, right: left + view.width / size, bottom: top + view.height / size });
    this.context.lineJoin = "round";
    const fine = view.zoom < 3 ? 0.6 : 0.9;
    this.fill(world.land, this.land);
    this.fill(world.lakes, this.sea);
    this.stroke(world.borders, this.border, fine);
    this.stroke(world.coasts, this.coast, fine);
    this.stroke(world.lakes.filter(({ box }) => this.isSeen(box)).flatMap(({ parts }) => parts), this.coast, 0.6);
  }

  isSeen(box) {
    return box[0] <= this.right && box[2] >= this.left && box[1] <= this.bottom && box[3] >= this.top;
  }

  go(line, at, first) {
    const x = (line[at] - this.left) * this.size, y = (line[at + 1] - this.top) * this.size;
    if (first) this.context.moveTo(x, y);
    else this.context.lineTo(x, y);
  }

  fill(rings, colour) {
    const { context } = this;
    context.beginPath();
    for (const ring of rings) {
      if (!this.isSeen(ring.box)) continue;
      ring.parts.forEach(({ line, box }, number) => {
        // Of what is not seen the ends will do: a line that is beside the screen stays there.
        const step = this.isSeen(box) ? 2 : line.length - 2;
        for (let at = 0; at < line.length; at += step) this.go(line, at, !number && !at);
      });
      context.closePath();
    }
    context.fillStyle = colour;
    context.fill("evenodd");
  }

  stroke(lines, colour, width) {
    const { context } = this;
    context.beginPath();
    for (const { line, box } of lines) {
      if (!this.isSeen(box)) continue;
      for (let at = 0; at < line.length; at += 2) {
        // The sides of the map cut land that goes on.
        const isCut = at && ((line[at] === line[at - 2] && line[at] % 1 === 0) || (line[at + 1] === 1 && line[at - 1] === 1));
        this.go(line, at, !at || isCut);
      }
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  /* Where something is on the screen, in the turn of the earth that is nearest to the middle. */
  at(x, y) {
    const { view } = this, aside = x - view.x;
    return [(aside - Math.round(aside)) * this.size + view.width / 2, (y - view.y) * this.size + view.height / 2];
  }

  isFree(box) {
    return box[0] > 4 && box[1] > 4 && box[2] < this.view.width - 4 && box[3] < this.view.height - 4
      && this.taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  }

  measure(text, weight, large, spacing) {
    const { context } = this, key = `${text} ${large}`;
    context.font = `${weight} ${large}px ${this.font}`;
    if ("letterSpacing" in context) context.letterSpacing = `${spacing}px`;
    if (!this.names.has(key)) this.names.set(key, context.measureText(text).width);
    return this.names.get(key);
  }

  write(text, x, y, colour) {
    const { context } = this;
    context.strokeStyle = this.halo;
    context.lineWidth = 3;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  nameCountries(names) {
    this.context.textAlign = "center";
    for (const { code, x, y, width } of this.view.zoom < 7.5 ? names : []) {
      const room = width * this.size;
      if (room < 26) break;
      const large = Math.round(clamp(9.5 + room / 90, 10, 14) * 2) / 2;
      const name = this.regions.of(code)?.toUpperCase(), [left, top] = this.at(x, y);
      if (!name || left < 0 || left > this.view.width) continue;
      const half = this.measure(name, 600, large, 1.2) / 2;
      const box = [left - half - 4, top - large * 0.7, left + half + 4, top + large * 0.7];
      if (half * 2 > room * 1.15 || !this.isFree(box)) continue;
      this.taken.push(box);
      this.write(name, left, top, this.country);
    }
  }

  nameTowns(towns) {
    const { context } = this;
    context.textAlign = "left";
    for (const [name, x, y, from] of towns) {
      if (from > this.view.zoom * 10) break;
      const [left, top] = this.at(x / 65536, y / 65536);
      if (left < 0 || top < 0 || left > this.view.width || top > this.view.height) continue;
      const wide = this.measure(name, from < 45 ? 500 : 400, from < 45 ? 12.5 : 11.5, 0);
      const sides = [left + 6, left - 6 - wide].map((start) => [start - 2, top - 8, start + wide + 2, top + 8]);
      const box = sides.find((side) => this.isFree(side));
      if (!box) continue;
      this.taken.push(box, [left - 4, top - 4, left + 4, top + 4]);
      context.beginPath();
      context.arc(left, top, 2.2, 0, 7);
      context.fillStyle = this.town;
      context.fill();
      this.write(name, box[0] + 2, top, this.town);
    }
  }
}

return { TILE, clamp, toX, toY, toLon, toLat, bytesOf, signed, numbersIn, grow, readWorld, Painter };
})();
