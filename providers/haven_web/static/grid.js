// The grid of a folder: it grows as one scrolls, forgets what is far away, and has a scale of dates at its side.
//
// The server sends the first hundred tiles with the page. From `?days` the script knows how many photos there are of
// each day, so it can work out where each of them will be: blocks of about a hundred tiles get their height at once and
// their tiles when they come near. Without this script the page has links to older photos instead.

const grid = document.getElementById("photos");
const byDay = grid && "byDay" in grid.dataset;
const page = location.href.split(/[?#]/)[0];
const TILES = 120; // about as many in one block
const GAP = 4;
const PACKED = 12; // days of up to so many photos share rows, as the sheet has it

let blocks = [];
let shape = { columns: 0, tile: 0, head: 0, width: 0 };
let loading = 0;

// ---- where everything will be

function measure() {
  const style = getComputedStyle(grid.querySelector(".block"));
  const columns = style.gridTemplateColumns.split(" ").length;
  const head = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head"));
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const width = grid.clientWidth;
  return { columns, width, head: byDay ? head * rem : 0, tile: (width - GAP * (columns - 1)) / columns };
}

// Days in rows, as the sheet lays them out. A day is [yyyymmdd, count, from]; `from` is 0 unless its start is elsewhere.
function rows(days) {
  const { columns } = shape;
  const made = [];
  let free = 0;
  for (const day of days) {
    const count = day[1] - (day[2] || 0);
    const span = byDay && day[1] <= PACKED ? Math.min(day[1], columns) : columns;
    if (span > free) {
      made.push({ days: [], lines: 1, head: byDay && !day[2] });
      free = columns;
    }
    const row = made[made.length - 1];
    row.days.push(day);
    row.lines = Math.max(row.lines, Math.ceil(count / span));
    free -= span;
  }
  return made;
}

function rowHeight(row) {
  return (row.head ? shape.head + GAP : 0) + row.lines * (shape.tile + GAP) - GAP;
}

// Rows in blocks of about TILES; a day that is larger than one is cut where a row of it ends.
function plan(days) {
  const lines = Math.max(1, Math.floor(TILES / shape.columns));
  const made = [];
  let block = null;
  for (const row of rows(days)) {
    const [day, count, from = 0] = row.days[0];
    if (row.lines > lines || from) {
      block = null;
      for (let start = from; start < count; start += lines * shape.columns) {
        const end = Math.min(start + lines * shape.columns, count);
        const part = { days: [[day, end, start]], lines: Math.ceil((end - start) / shape.columns), head: row.head && !start };
        made.push(newBlock([part], query(day, start, end - start)));
      }
      continue;
    }
    if (!block || block.tiles >= TILES) {
      block = newBlock([]);
      made.push(block);
    }
    block.rows.push(row);
    block.tiles += row.days.reduce((sum, one) => sum + one[1] - (one[2] || 0), 0);
  }
  for (const one of made) one.query ||= run(one.rows);
  return made;
}

function newBlock(rows, query = "") {
  return { rows, query, tiles: 0, element: null, loaded: false, near: false, asked: null };
}

function query(day, start, count) {
  return byDay ? `?day=${day}&from=${start}&count=${count}` : `?from=${start}&count=${count}`;
}

// Whole days, from the first of some rows to the last.
function run(rows) {
  return byDay ? `?day=${rows[0].days[0][0]}-${rows.at(-1).days.at(-1)[0]}` : query(null, 0, rows[0].days[0][1]);
}

function height(block) {
  return block.rows.reduce((sum, row) => sum + rowHeight(row) + GAP, -GAP);
}

// ---- putting blocks there, and filling them

const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const block = blocks.find((one) => one.element === entry.target);
      if (!block) continue;
      block.near = entry.isIntersecting;
      if (!block.near) empty(block);
      // What is passed by quickly is not asked for.
      else if (!block.loaded) setTimeout(() => block.near && load(block), 60);
    }
  },
  { rootMargin: "150% 0px" },
);

function place(block) {
  if (!block.element) {
    block.element = document.createElement("div");
    block.element.className = "block";
    grid.append(block.element);
  }
  if (!block.loaded) block.element.style.height = `${height(block)}px`;
  watcher.observe(block.element);
}

async function load(block) {
  if (block.asked || block.loaded) return;
  block.asked = new AbortController();
  busy(1);
  try {
    const answer = await fetch(page + block.query, { signal: block.asked.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    if (block.element.isConnected && block.near) {
      block.element.replaceChildren(made.content);
      block.element.style.height = "";
      block.loaded = true;
    }
  } catch (error) {
    if (error.name !== "AbortError") failed(block);
  } finally {
    block.asked = null;
    busy(-1);
  }
}

function empty(block) {
  block.asked?.abort();
  if (!block.loaded || block.element.contains(document.activeElement)) return;
  block.element.style.height = `${block.element.offsetHeight}px`;
  // What still loads would hold its element, and what is shown its pixels, until the browser tidies up.
  for (const picture of block.element.querySelectorAll("img")) picture.removeAttribute("src");
  block.element.replaceChildren();
  block.loaded = false;
}

function failed(block) {
  const words = document.createElement("p");
  words.className = "empty";
  words.append("These photos could not be loaded. ");
  const again = document.createElement("button");
  again.textContent = "Try again";
  again.onclick = () => load(block);
  words.append(again);
  block.element.replaceChildren(words);
}

const live = document.createElement("p");
live.className = "hush";
live.setAttribute("role", "status");
let slow = 0;

function busy(change) {
  loading += change;
  grid.setAttribute("aria-busy", String(loading > 0));
  clearTimeout(slow);
  if (loading) slow = setTimeout(() => (live.textContent = "Loading photos"), 800);
  else live.textContent = "";
}

// The page came with some tiles: they are the first blocks, so that nothing moves.
function adopt(days) {
  const there = grid.querySelector(".block");
  const sections = [...there.querySelectorAll(".day")];
  const whole = sections.filter((section, index) => tilesIn(section).length >= (days[index]?.[1] ?? 0));
  const cut = sections[whole.length];
  const made = [];
  if (whole.length) {
    const block = newBlock(rows(days.slice(0, whole.length)));
    block.query = run(block.rows);
    made.push(block);
    block.element = there;
    block.loaded = true;
  }
  let rest = days.slice(whole.length);
  if (cut && rest.length) {
    const [day, count] = rest[0];
    const kept = Math.floor(tilesIn(cut).length / shape.columns) * shape.columns;
    if (kept && count > PACKED) {
      tilesIn(cut).slice(kept).forEach((tile) => tile.remove());
      const block = newBlock(rows([[day, kept]]), query(day, 0, kept));
      block.element = whole.length ? document.createElement("div") : there;
      block.element.className = "block";
      block.element.append(cut);
      block.loaded = true;
      if (whole.length) there.after(block.element);
      made.push(block);
      rest = [[day, count, kept], ...rest.slice(1)];
    } else {
      cut.remove();
      if (!whole.length) there.remove();
    }
  }
  return [...made, ...plan(rest)];
}

const tilesIn = (element) => [...element.querySelectorAll(".tile")];

let all = [];

function build(first) {
  shape = measure();
  if (first) blocks = adopt(all);
  else {
    watcher.disconnect();
    grid.replaceChildren();
    blocks = plan(all);
  }
  blocks.forEach(place);
  settle();
}

// Where a day begins, in pixels of the page; the day that is at a height of the page.
let stops = [];

function settle() {
  stops = [];
  for (const block of blocks) {
    let top = block.element.getBoundingClientRect().top + scrollY;
    for (const row of block.rows) {
      for (const day of row.days) if (!day[2]) stops.push({ day: day[0], top });
      top += rowHeight(row) + GAP;
    }
  }
  scale?.draw();
}

const BAR = () => document.querySelector(".top").offsetHeight;

function dayAt(height) {
  let low = 0;
  for (let high = stops.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (stops[middle].top <= height + 1) low = middle;
    else high = middle;
  }
  return low;
}

function goTo(stop) {
  scrollTo({ top: Math.max(0, stop.top - BAR()), behavior: "instant" });
}

new ResizeObserver(() => {
  if (!blocks.length || grid.clientWidth === shape.width) return;
  const here = stops.length && scrollY > BAR() ? stops[dayAt(scrollY + BAR())].day : null;
  const { columns } = shape;
  shape = measure();
  if (shape.columns !== columns) build(false);
  else {
    blocks.forEach(place);
    settle();
  }
  const again = here !== null && stops.find((stop) => stop.day === here);
  if (again) goTo(again);
}).observe(grid ?? document.body);

// ---- the scale of dates

const MONTHS = "January February March April May June July August September October November December".split(" ");
const inWords = (day, whole) =>
  day ? `${whole ? `${day % 100} ` : ""}${MONTHS[(Math.floor(day / 100) % 100) - 1]} ${Math.floor(day / 10000)}` : "Without a date";

let scale = null;

class Scale {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "dates";
    this.thumb = this.element.appendChild(document.createElement("span"));
    this.thumb.className = "thumb";
    this.bubble = this.element.appendChild(document.createElement("output"));
    this.marks = [];
    const set = (name, value) => this.element.setAttribute(name, value);
    set("role", "slider");
    set("tabindex", "0");
    set("aria-label", "Date");
    set("aria-orientation", "vertical");
    set("aria-controls", "photos");
    set("aria-valuemin", "0");
    this.bubble.setAttribute("aria-hidden", "true");
    this.element.addEventListener("pointerdown", (event) => this.hold(event));
    this.element.addEventListener("pointermove", (event) => this.held && this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.element.addEventListener(end, () => this.drop());
    this.element.addEventListener("keydown", (event) => this.key(event));
    addEventListener("scroll", () => this.follow(), { passive: true });
    document.documentElement.classList.add("dated");
    document.querySelector("main").append(this.element);
  }

  // One stop for each month, or for each day if there are few months.
  draw() {
    const months = new Set(stops.map((stop) => Math.floor(stop.day / 100)));
    this.byDay = months.size < 3;
    let last = null;
    this.steps = stops.filter((stop) => {
      const key = this.byDay ? stop.day : Math.floor(stop.day / 100);
      return key !== last && ((last = key), true);
    });
    this.start = grid.getBoundingClientRect().top + scrollY - BAR();
    this.end = Math.max(document.documentElement.scrollHeight - innerHeight, this.start + 1);
    for (const mark of this.marks) mark.remove();
    this.marks = [];
    const room = this.element.clientHeight;
    let free = -99;
    let group = null;
    for (const step of this.steps) {
      const at = Math.min(this.share(step.top - BAR()) * room, room);
      const year = Math.floor(step.day / 10000);
      const name = this.byDay ? `${step.day % 100}` : `${year || "–"}`;
      const isNew = name !== group;
      group = name;
      const far = at - free;
      if (isNew ? far < 18 : far < 9) continue;
      const mark = document.createElement("span");
      mark.className = isNew ? "label" : "dot";
      if (isNew) mark.textContent = name;
      mark.style.top = `${at}px`;
      this.element.append(mark);
      this.marks.push(mark);
      free = at;
    }
    this.element.setAttribute("aria-valuemax", String(this.steps.length - 1));
    this.follow();
  }

  share(top) {
    return Math.min(Math.max((top - this.start) / (this.end - this.start), 0), 1);
  }

  follow() {
    const top = `${this.share(scrollY) * 100}%`;
    this.thumb.style.top = top;
    this.bubble.style.top = top;
    // What a key led to, even if the page ends too early for it to be at the top; at its end, what is last.
    const isThere = this.chosen && Math.abs(scrollY - this.chosen.at) < 2;
    if (!isThere) this.chosen = null;
    const { day } = this.chosen?.step ?? (scrollY >= this.end - 2 ? stops.at(-1) : stops[dayAt(scrollY + BAR())]);
    const key = (one) => (this.byDay ? one : Math.floor(one / 100));
    const now = this.steps.findIndex((step) => key(step.day) === key(day));
    this.now = Math.max(now, 0);
    this.bubble.textContent = inWords(day, this.byDay);
    this.element.setAttribute("aria-valuenow", String(this.now));
    this.element.setAttribute("aria-valuetext", this.bubble.textContent);
  }

  hold(event) {
    this.held = true;
    this.element.classList.add("held");
    this.element.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  drag(event) {
    const box = this.element.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    scrollTo({ top: this.start + share * (this.end - this.start), behavior: "instant" });
  }

  drop() {
    this.held = false;
    this.element.classList.remove("held");
  }

  key(event) {
    const last = this.steps.length - 1;
    const page = this.byDay ? 7 : 12;
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: page, PageUp: -page };
    const to = event.key === "Home" ? 0 : event.key === "End" ? last : this.now + (by[event.key] ?? NaN);
    if (Number.isNaN(to)) return;
    event.preventDefault();
    const step = this.steps[Math.min(Math.max(to, 0), last)];
    goTo(step);
    this.chosen = { step, at: scrollY };
    this.follow();
  }
}

// ---- the keyboard, and the pictures that came with the page

grid?.addEventListener("keydown", (event) => {
  const here = event.target.closest?.(".tile");
  if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
  const tiles = tilesIn(grid);
  const at = tiles.indexOf(here);
  const box = here.getBoundingClientRect();
  const line = (sign) => {
    const beyond = tiles
      .map((tile) => [tile, tile.getBoundingClientRect()])
      .filter(([, other]) => sign * (other.top - box.top) > box.height / 2);
    const nearest = Math.min(...beyond.map(([, other]) => Math.abs(other.top - box.top)));
    const row = beyond.filter(([, other]) => Math.abs(Math.abs(other.top - box.top) - nearest) < 2);
    row.sort(([, one], [, other]) => Math.abs(one.left - box.left) - Math.abs(other.left - box.left));
    return row[0]?.[0];
  };
  const to = {
    ArrowLeft: () => tiles[at - 1],
    ArrowRight: () => tiles[at + 1],
    ArrowUp: () => line(-1),
    ArrowDown: () => line(1),
  }[event.key]?.();
  if (!to) return;
  event.preventDefault();
  to.focus();
});

function showPictures(all) {
  for (const picture of grid.querySelectorAll("img[data-src]")) {
    if (!all && picture.getBoundingClientRect().top > innerHeight * 1.2) continue;
    if (all) picture.loading = "lazy";
    picture.src = picture.dataset.src;
    delete picture.dataset.src;
  }
}

async function start() {
  showPictures(false);
  addEventListener("scroll", () => showPictures(true), { once: true, passive: true });
  const count = Number(grid.dataset.count);
  grid.after(live);
  if (count <= tilesIn(grid).length) return;
  if (byDay) {
    const answer = await fetch(`${page}?days`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return; // the links to older photos are there
    all = await answer.json();
  } else all = [[null, count]];
  history.scrollRestoration = "manual";
  const top = history.state?.top ?? scrollY;
  document.documentElement.classList.add("scrolls");
  build(true);
  if (byDay && document.documentElement.scrollHeight > 3 * innerHeight) {
    scale = new Scale();
    requestAnimationFrame(() => {
      if (grid.clientWidth !== shape.width) return; // it is drawn once that has been noticed
      scale.draw();
    });
  }
  if (top) scrollTo({ top, behavior: "instant" });
  let resting = 0;
  const remember = () => history.replaceState({ ...history.state, top: Math.round(scrollY) }, "");
  addEventListener("scroll", () => (clearTimeout(resting), (resting = setTimeout(remember, 250))), { passive: true });
}

// What came with the page is painted first.
if (grid && !("still" in grid.dataset)) requestAnimationFrame(() => setTimeout(start));
