/* The map of photos: clusters as buttons over the lines of the world. After map-world.js.

It is started on every element .haven-map, from the JSON in its attribute data-map or in a script element in it:
  fit, days, count, clusters,   what the map opens with (haven_fs/tree/maps/answers.py)
  box, zoom                     what part of the world those are of
  pictures                      where small pictures are, before their names
  coarse, fine, towns           the lines and towns: addresses, or the data itself in a file that stands alone
  language                      that of the names of countries
  points, places, photos        all there is, in a file that stands alone (haven_fs/tree/maps/standalone.py) */
(() => {
"use strict";

const { TILE, clamp, toX, toY, toLon, toLat, bytesOf, readWorld, Painter } = globalThis.havenMaps;
const NEAREST = 18, FINE_FROM = 4.6, FEW = 8, APART = 50, PAD = 0.3;
const number = (count) => count.toLocaleString("en");
const photos = (count) => (count === 1 ? "1 photo" : `${number(count)} photos`);
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const dateOf = (day) => new Date(Date.UTC(Math.floor(day / 10000), Math.floor(day / 100) % 100 - 1, day % 100 || 1));
const say = (options, locale = "en") => {
  const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  return (day) => format.format(dateOf(day));
};
const sayDay = say({ day: "numeric", month: "long", year: "numeric" }, "en-GB");
const sayMonth = say({ month: "short", year: "numeric" });
const sayWholeMonth = say({ month: "long", year: "numeric" });

function element(name, attributes = {}, ...inner) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inner);
  return made;
}

function when(from, to) {
  if (!to) return "";
  if (from === to && to % 100) return sayDay(to);
  const [first, last] = [from, to].map((day) => Math.floor(day / 10000));
  if (first !== last) return `${first} to ${last}`;
  return Math.floor(from / 100) === Math.floor(to / 100) ? sayWholeMonth(to) : `${last}`;
}

/* Data */

async function load(what, json) {
  if (typeof what === "string" && !/^[./?]/.test(what)) return bytesOf(what);
  if (typeof what !== "string") return what;
  const answer = await fetch(what);
  if (!answer.ok) throw new Error(answer.statusText);
  return json ? answer.json() : new Uint8Array(await answer.arrayBuffer());
}

/* Where the clusters come from: the server, */
class Server {
  constructor(config) {
    this.pictures = config.pictures;
    this.under = {};
  }

  /* Of each kind of question only the last one matters. */
  async ask(kind, query, days) {
    this.under[kind]?.abort();
    this.under[kind] = new AbortController();
    const range = days ? `&from=${days[0]}&to=${days[1]}` : "";
    const answer = await fetch(`?clusters=${query}${range}`, { signal: this.under[kind].signal });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  read(answer) {
    return answer.clusters.map((one) => ({
      ...one, key: one.cell, cells: [one.cell], x: toX(one.lon), y: toY(one.lat),
      src: one.pic && `${this.pictures}${one.pic}.jpg`,
    }));
  }

  async clusters(box, zoom, days) {
    const [west, north, east, south] = [toLon(box[0]), toLat(box[1]), toLon(box[2]), toLat(box[3])];
    const sides = [west, south, east, north].map((degrees) => degrees.toFixed(4));
    return this.read(await this.ask("clusters", `${sides}&zoom=${zoom}`, days));
  }

  async details(cluster, days) {
    const answer = await this.ask("photos", `photos&cells=${cluster.cells}`, days);
    const [west, south, east, north] = answer.box || [0, 0, 0, 0];
    return {
      count: answer.count, box: [toX(west), toY(north), toX(east), toY(south)], more: answer.folder,
      photos: answer.photos.map((one) => ({
        ...one, href: `./${one.href}?view`, src: one.pic && `${this.pictures}${one.pic}.jpg`,
      })),
    };
  }
}

/* The map */

class PhotoMap {
  constructor(root, config) {
    Object.assign(this, { root, config, x: 0.5, y: 0.45, zoom: 1, days: null, found: [], marks: new Map(), dirty: false });
    this.source = config.points ? new globalThis.havenMaps.Enclosed(config) : new Server(config);
    this.build();
    this.painter = new Painter(this.canvas, this, config.language);
    this.painter.dress(root);
    this.listen();
    this.resize();
    this.restore() || this.fit(false);
    if (config.clusters && !this.days) {
      const [west, south, east, north] = config.box || [0, 0, 0, 0];
      this.asked = { zoom: config.zoom, box: [toX(west), toY(north), toX(east), toY(south)] };
      this.show(this.source.read(config));
    }
    this.moved();
    this.loadWorld();
  }

  build() {
    const button = (label, text, act) => element("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.layer = element("div", { className: "map-marks" });
    this.stage = element("div", {
      className: "map-stage", tabIndex: 0, role: "group", "aria-label": "Map. The arrow keys move it, plus and minus zoom.",
    }, this.canvas, this.layer);
    this.tools = element("div", { className: "map-tools", role: "group", "aria-label": "Zoom" },
      button("Zoom in", "+", () => this.zoomBy(1)),
      button("Zoom out", "−", () => this.zoomBy(-1)),
      button("Show all photos", "", () => this.fit(true)));
    this.scale = element("div", { className: "map-scale", "aria-hidden": "true" });
    this.thanks = element("div", { className: "map-thanks" }, "Natural Earth · GeoNames");
    this.range = this.buildDays();
    this.status = element("p", { className: "map-status", role: "status" });
    this.strip = element("section", { className: "map-strip", hidden: true });
    this.root.querySelector(".map-text")?.remove();
    this.root.append(this.stage, this.tools, this.scale, this.thanks, this.status, this.range, this.strip);
    this.root.classList.add("map-live");
  }

  buildDays() {
    const [first, last] = this.config.days || [];
    const index = (day) => Math.floor(day / 10000) * 12 + Math.floor(day / 100) % 100 - 1;
    const months = first ? index(last) - index(first) + 1 : 0;
    const day = (step) => {
      const month = index(first) + step;
      return Math.floor(month / 12) * 10000 + (month % 12 + 1) * 100;
    };
    const slider = (label, value) => element("input", {
      type: "range", min: 0, max: months - 1, step: 1, value, "aria-label": label, oninput: (event) => change(event.target),
    });
    const from = slider("From", 0), to = slider("To", months - 1);
    const text = element("output", { className: "map-range" });
    const all = element("button", { type: "button", title: "All dates", "aria-label": "Show all dates", onclick: () => {
      from.value = 0;
      to.value = months - 1;
      change(from);
      from.focus();
    } }, "×");
    const bar = element("div", { className: "map-track" }, from, to);
    const change = (moved) => {
      // The handles may meet, but not pass.
      if (moved && +from.value > +to.value) moved.value = moved === from ? to.value : from.value;
      const [start, end] = [+from.value, +to.value];
      this.days = start || end < months - 1 ? [day(start) + 1, day(end) + 31] : null;
      from.setAttribute("aria-valuetext", sayWholeMonth(day(start)));
      to.setAttribute("aria-valuetext", sayWholeMonth(day(end)));
      bar.style.setProperty("--from", start / Math.max(1, months - 1));
      bar.style.setProperty("--to", end / Math.max(1, months - 1));
      const [one, other] = [sayMonth(day(start)), sayMonth(day(end))];
      text.value = one === other ? one : `${one} – ${other}`;
      all.hidden = !this.days;
      if (moved) this.moved(true);
    };
    this.setDays = (days) => {
      if (!days) return;
      from.value = index(days[0]) - index(first);
      to.value = index(days[1]) - index(first);
      change();
    };
    if (months > 1) change();
    return element("div", { className: "map-days", role: "group", "aria-label": "Dates", hidden: months < 2 }, text, bar, all);
  }

  listen() {
    const stage = this.stage, pointers = new Map();
    let start = null, dragged = false;
    const middle = () => {
      const all = [...pointers.values()];
      const [a, b] = [all[0], all[1] || all[0]];
      return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, far: Math.hypot(a.x - b.x, a.y - b.y) };
    };
    const begin = () => {
      start = { ...middle(), map: { x: this.x, y: this.y, zoom: this.zoom } };
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.stop();
      dragged = pointers.size > 0;
      pointers.set(event.pointerId, this.local(event));
      begin();
    });
    stage.addEventListener("pointermove", (event) => {
      if (!pointers.has(event.pointerId)) return;
      pointers.set(event.pointerId, this.local(event));
      const now = middle();
      if (!dragged && Math.hypot(now.x - start.x, now.y - start.y) < 5) return;
      dragged = true;
      if (!stage.hasPointerCapture(event.pointerId)) stage.setPointerCapture(event.pointerId);
      stage.classList.add("map-dragged");
      const zoom = pointers.size > 1 && start.far ? start.map.zoom + Math.log2(now.far / start.far) : start.map.zoom;
      this.place(this.around(start.map, start, zoom, now));
    });
    const end = (event) => {
      if (!pointers.delete(event.pointerId)) return;
      if (pointers.size) begin();
      else stage.classList.remove("map-dragged");
    };
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, end);
    stage.addEventListener("click", (event) => {
      if (dragged) event.stopPropagation();
      else if (!event.target.closest("button")) this.closeStrip();
      dragged = false;
    }, true);
    stage.addEventListener("dblclick", (event) => {
      if (!event.target.closest("button")) this.zoomBy(1, this.local(event));
    });
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.stop();
      const pixels = event.deltaY * [1, 33, 400][event.deltaMode];
      const by = clamp(-pixels * (event.ctrlKey ? 0.01 : 0.0035), -0.8, 0.8);
      this.place(this.around(this, this.local(event), this.zoom + by));
    }, { passive: false });
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (arrows) {
        const { x, y, zoom } = this.goal(), step = 120 / this.size(zoom);
        this.fly({ x: x + arrows[0] * step, y: y + arrows[1] * step, zoom }, 160);
      } else if (event.key === "+" || event.key === "=") this.zoomBy(1);
      else if (event.key === "-") this.zoomBy(-1);
      else if (event.key === "0") this.fit(true);
      else return;
      event.preventDefault();
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.strip.hidden) {
        event.preventDefault();
        this.closeStrip();
      }
    });
    this.layer.addEventListener("focusin", ({ target: { cluster } }) => {
      const [x, y] = this.at(cluster.x, cluster.y);
      const isInside = x > 30 && y > 30 && x < this.width - 30 && y < this.height - 60;
      if (!isInside) this.fly({ ...cluster, zoom: this.zoom }, 200);
    });
    new ResizeObserver(() => this.resize()).observe(stage);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.painter.dress(this.root);
      this.draw();
    });
  }

  local(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /* Where the map looks */

  size(zoom = this.zoom) {
    return TILE * 2 ** zoom;
  }

  least() {
    return Math.log2(Math.min(this.width, this.height) / TILE);
  }

  /* What `map` looks at when it is zoomed, and what was at `from` on the screen is to be at `to`. */
  around(map, from, zoom, to = from) {
    zoom = clamp(zoom, this.least(), NEAREST);
    const [before, after] = [this.size(map.zoom), this.size(zoom)];
    const shift = (middle, at, now, length) => middle + (at - length / 2) / before - (now - length / 2) / after;
    return { x: shift(map.x, from.x, to.x, this.width), y: shift(map.y, from.y, to.y, this.height), zoom };
  }

  place({ x, y, zoom }) {
    this.zoom = clamp(zoom, this.least(), NEAREST);
    const half = Math.min(0.5, this.height / 2 / this.size());
    this.x = x - Math.floor(x);
    this.y = clamp(y, half, 1 - half);
    this.draw();
    this.moved();
  }

  /* Where the map is, or will be in a moment. */
  goal() {
    return this.flying ? this.to : this;
  }

  zoomBy(steps, at = { x: this.width / 2, y: this.height / 2 }) {
    const from = this.goal();
    this.fly(this.around(from, at, Math.round((from.zoom + steps) * 2) / 2), 220);
  }

  fit(animated) {
    const [west, south, east, north] = this.config.fit || [-180, -56, 180, 74];
    const to = this.lookAt([toX(west), toY(north), toX(east), toY(south)], 12);
    if (animated) this.fly(to, 400);
    else this.place(to);
  }

  lookAt([left, top, right, bottom], nearest) {
    const below = this.range.hidden ? 0 : 52, room = (length) => Math.max(length * 0.84 - 40, length / 2);
    const fits = Math.min(room(this.width) / (right - left || 1e-9), room(this.height - below) / (bottom - top || 1e-9));
    const zoom = clamp(Math.log2(fits / TILE), this.least(), nearest);
    return { x: (left + right) / 2, y: (top + bottom) / 2 + below / 2 / this.size(zoom), zoom };
  }

  fly(to, duration) {
    this.stop();
    const from = { x: this.x, y: this.y, zoom: this.zoom }, began = performance.now();
    to = { ...to, zoom: clamp(to.zoom, this.least(), NEAREST) };
    to.x = from.x + ((to.x - from.x + 1.5) % 1 + 1) % 1 - 0.5;
    this.to = to;
    const rise = to.zoom - from.zoom;
    const step = (now) => {
      const part = calm() ? 1 : clamp((now - began) / duration, 0, 1);
      const eased = 1 - (1 - part) ** 3;
      const way = Math.abs(rise) < 0.01 ? eased : (1 - 2 ** (-rise * eased)) / (1 - 2 ** -rise);
      this.place({ x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, zoom: from.zoom + rise * eased });
      this.flying = part < 1 ? requestAnimationFrame(step) : 0;
    };
    if (calm()) step(began);
    else this.flying = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.flying);
    this.flying = 0;
  }

  /* What a page that is come back to showed. */
  restore() {
    const was = history.state?.havenMap;
    if (was?.key !== this.key()) return false;
    this.setDays(was.days);
    this.place(was);
    return true;
  }

  key() {
    return `${location.pathname} ${this.config.count}`;
  }

  resize() {
    this.width = this.stage.clientWidth || 300;
    this.height = this.stage.clientHeight || 300;
    this.painter.resize();
    const stage = this.stage.getBoundingClientRect();
    this.controls = [this.tools, this.range, this.scale, this.thanks].map((one) => one.getBoundingClientRect())
      .map((box) => [box.left - stage.left, box.top - stage.top, box.right - stage.left, box.bottom - stage.top]);
    this.place(this);
  }

  /* Clusters */

  moved(anew = false) {
    clearTimeout(this.waiting);
    this.anew ||= anew;
    this.root.setAttribute("aria-busy", "true");
    const waiting = this.waiting = setTimeout(async () => {
      await this.ask();
      if (this.waiting === waiting) this.root.setAttribute("aria-busy", "false");
    }, this.asked ? 140 : 0);
  }

  view(pad) {
    const [aside, up] = [this.width, this.height].map((length) => length * (0.5 + pad) / this.size());
    return aside >= 0.5 ? [0, Math.max(0, this.y - up), 1, Math.min(1, this.y + up)]
      : [this.x - aside, Math.max(0, this.y - up), this.x + aside, Math.min(1, this.y + up)];
  }

  async ask() {
    const { anew } = this;
    this.anew = false;
    const zoom = Math.floor(this.zoom), inner = this.view(0), last = this.asked;
    const state = { key: this.key(), x: this.x, y: this.y, zoom: this.zoom, days: this.days };
    history.replaceState({ ...history.state, havenMap: state }, "");
    const holds = last && last.zoom === zoom && last.box[1] <= inner[1] && last.box[3] >= inner[3]
      && (last.box[2] - last.box[0] >= 1 || (last.box[0] <= inner[0] && last.box[2] >= inner[2]));
    if (holds && !anew) return;
    const box = this.view(PAD);
    this.asked = { zoom, box };
    if (anew) this.closeStrip();
    try {
      this.show(await this.source.clusters(box, zoom, this.days));
      this.tell("");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.asked = null;
      this.tell("The map cannot be reached just now.", true);
    }
  }

  tell(text, failed = false) {
    this.status.classList.toggle("map-failed", failed);
    const seen = this.found.reduce((sum, one) => sum + (this.isSeen(one) ? one.count : 0), 0);
    this.status.textContent = text || (this.config.count ? `${photos(seen)} in view`
      : "None of these photos says where it was taken.");
    if (!this.config.count) this.status.classList.add("map-failed");
  }

  /* Those that would lie on each other become one, where the larger one is. */
  show(clusters) {
    const size = this.size(Math.floor(this.zoom) + 0.1), kept = [];
    for (const one of [...clusters].sort((a, b) => b.count - a.count)) {
      const near = kept.find((other) => Math.hypot(other.x - one.x, other.y - one.y) * size < APART);
      if (!near) {
        kept.push({ ...one });
        continue;
      }
      near.count += one.count;
      near.from = near.from && one.from ? Math.min(near.from, one.from) : near.from || one.from;
      near.to = Math.max(near.to || 0, one.to || 0) || undefined;
      near.src = near.src || one.src;
      if (near.cells) near.cells = [...near.cells, ...one.cells];
      if (near.points) near.points = [...near.points, ...one.points];
    }
    this.found = kept;
    const gone = new Map(this.marks);
    for (const one of kept) {
      const mark = gone.get(one.key) || this.mark();
      gone.delete(one.key);
      this.marks.set(one.key, mark);
      this.fill(mark, one);
    }
    for (const [key, mark] of gone) {
      if (mark === document.activeElement) this.stage.focus({ preventScroll: true });
      mark.remove();
      this.marks.delete(key);
    }
    // In the order that they are read on the map.
    for (const { key } of kept.sort((a, b) => a.y - b.y)) {
      const mark = this.marks.get(key);
      if (!mark.parentNode) this.layer.append(mark);
    }
    this.draw();
  }

  mark() {
    return element("button", { type: "button", className: "map-mark", onclick: (event) => this.open(event.currentTarget.cluster) });
  }

  fill(mark, cluster) {
    const before = mark.cluster, near = cluster.name ? ` near ${cluster.name}` : "";
    const label = [photos(cluster.count) + near, when(cluster.from, cluster.to)].filter(Boolean).join(", ");
    mark.cluster = cluster;
    if (mark.title === label && before?.src === cluster.src) return;
    mark.title = label;
    mark.setAttribute("aria-label", label);
    const size = cluster.src || cluster.count > 1 ? clamp(Math.floor(Math.log10(cluster.count)), 0, 4) : "dot";
    mark.className = `map-mark map-size-${size}`;
    mark.replaceChildren();
    if (cluster.src) {
      const picture = element("img", { alt: "", decoding: "async", draggable: false, src: cluster.src });
      picture.onerror = () => picture.remove();
      mark.append(picture);
    }
    if (cluster.count > 1) {
      const short = cluster.count < 10000 ? number(cluster.count) : `${number(Math.round(cluster.count / 1000))}k`;
      mark.append(element("span", { className: "map-count" }, short));
    }
  }

  async open(cluster) {
    let found;
    try {
      found = await this.source.details(cluster, this.days);
    } catch (error) {
      if (error.name !== "AbortError") this.tell("These photos cannot be reached just now.", true);
      return;
    }
    const [left, top, right, bottom] = found.box;
    const isSpot = Math.max(right - left, bottom - top) * this.size(NEAREST) < 2 * APART;
    if (found.count <= FEW || isSpot || this.zoom > NEAREST - 0.1) {
      this.openStrip(cluster, found);
      return;
    }
    this.closeStrip();
    const to = this.lookAt(found.box, NEAREST - 1);
    this.fly({ ...to, zoom: Math.max(to.zoom, this.zoom + 1) }, 450);
  }

  openStrip(cluster, found) {
    const title = [photos(found.count), cluster.name && `near ${cluster.name}`].filter(Boolean).join(" ");
    const close = element("button", { type: "button", className: "map-close", "aria-label": "Close", onclick: () => this.closeStrip() }, "×");
    const items = found.photos.map((one) => element("li", {}, element("a", { href: one.href, title: one.name },
      one.src ? element("img", { alt: one.name, loading: "lazy", decoding: "async", src: one.src }) : one.name,
      ...(one.day ? [element("span", {}, sayDay(one.day))] : []))));
    for (const [place, count] of found.places || []) {
      items.push(element("li", {}, element("a", { className: "map-more", href: place[1] }, place[0], element("span", {}, photos(count)))));
    }
    if (found.more && found.count > found.photos.length) {
      items.push(element("li", {}, element("a", { className: "map-more", href: found.more }, `Show all ${number(found.count)}`)));
    }
    const head = element("h3", {}, title, " ", element("small", {}, when(cluster.from, cluster.to)));
    this.strip.replaceChildren(element("header", {}, head, close), element("ul", { tabIndex: 0, "aria-label": title }, ...items));
    this.strip.setAttribute("aria-label", title);
    this.strip.hidden = false;
    this.opened = cluster.key;
    (this.strip.querySelector("li a") || close).focus({ preventScroll: true });
  }

  closeStrip() {
    if (this.strip.hidden) return;
    const had = this.strip.contains(document.activeElement);
    this.strip.hidden = true;
    if (had) (this.marks.get(this.opened) || this.stage).focus({ preventScroll: true });
  }

  /* Drawing */

  async loadWorld() {
    try {
      this.coarse = readWorld(await load(this.config.coarse));
      this.draw();
      this.towns = await load(this.config.towns, true);
      this.draw();
    } catch (error) {
      console.warn("The world's lines cannot be read", error);
    }
  }

  world() {
    if (this.zoom < FINE_FROM || !this.config.fine) return this.coarse;
    if (!this.fine) {
      this.fine = "asked";
      load(this.config.fine).then((bytes) => {
        this.fine = readWorld(bytes);
        this.draw();
      }).catch(() => {});
    }
    return this.fine.names ? this.fine : this.coarse;
  }

  draw() {
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => {
      this.dirty = false;
      this.paint();
    });
  }

  at(x, y) {
    this.painter.size = this.size();
    return this.painter.at(x, y);
  }

  isSeen(cluster) {
    const [x, y] = this.at(cluster.x, cluster.y);
    return x > -40 && y > -40 && x < this.width + 40 && y < this.height + 40;
  }

  paint() {
    const marks = this.placeMarks();
    this.painter.paint(this.world(), this.towns, [...this.controls, ...marks]);
    this.paintScale();
  }

  placeMarks() {
    return this.found.filter((cluster) => {
      const mark = this.marks.get(cluster.key), isSeen = this.isSeen(cluster);
      mark.hidden = !isSeen;
      return isSeen;
    }).map((cluster) => {
      const [x, y] = this.at(cluster.x, cluster.y);
      this.marks.get(cluster.key).style.translate = `${x.toFixed(1)}px ${y.toFixed(1)}px`;
      return [x - 26, y - 30, x + 26, y + 26];
    });
  }

  paintScale() {
    const metres = 40075017 * Math.cos(toLat(this.y) * Math.PI / 180) / this.size();
    const most = metres * 110, digits = 10 ** Math.floor(Math.log10(most));
    const round = [5, 2, 1].find((step) => step * digits <= most) * digits;
    const text = round < 1000 ? `${round} m` : `${number(round / 1000)} km`;
    this.scale.style.width = `${Math.round(round / metres)}px`;
    this.scale.hidden = this.zoom < 2.5;
    if (this.scale.textContent !== text) this.scale.textContent = text;
  }
}

function start(within = document) {
  for (const root of within.querySelectorAll(".haven-map:not(.map-live)")) {
    const text = root.dataset.map || root.querySelector("script[type='application/json']")?.textContent;
    if (text) root.havenMap = new PhotoMap(root, JSON.parse(text));
  }
}

globalThis.havenMaps.start = start;
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start());
else start();
})();
