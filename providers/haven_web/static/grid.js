// The grid of a folder: it grows as one scrolls, forgets what is far away, and has a scale of dates at its side.
//
// The server sends the first hundred tiles with the page. From `?days` the script knows how many photos there are of
// each day, so it can work out where each of them will be: blocks of about a hundred tiles get their height at once and
// their tiles when they come near. Without this script the page has links to older photos instead.

import { GAP, PACKED, height, newBlock, plan, query, rowHeight, rows, run } from "./layout.js";
import { Scale } from "./dates.js";

const grid = document.getElementById("photos");
const byDay = grid && "byDay" in grid.dataset;
const page = location.href.split(/[?#]/)[0];

let blocks = [];
let shape = { columns: 0 };
let loading = 0;
let scale = null;

function measure() {
  const style = getComputedStyle(grid.querySelector(".block"));
  const columns = style.gridTemplateColumns.split(" ").length;
  const head = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head"));
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const width = grid.clientWidth;
  return { columns, width, byDay, head: byDay ? head * rem : 0, tile: (width - GAP * (columns - 1)) / columns };
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
  if (!block.loaded) block.element.style.height = `${height(block, shape)}px`;
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
  for (const picture of block.element.querySelectorAll("img"))
    for (const name of ["srcset", "src"]) picture.removeAttribute(name);
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
    const block = newBlock(rows(days.slice(0, whole.length), shape));
    block.query = run(block.rows, shape);
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
      const block = newBlock(rows([[day, kept]], shape), query(day, 0, kept, shape));
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
  return [...made, ...plan(rest, shape)];
}

const tilesIn = (element) => [...element.querySelectorAll(".tile")];

let all = [];

function build(first) {
  shape = measure();
  if (first) blocks = adopt(all);
  else {
    watcher.disconnect();
    grid.replaceChildren();
    blocks = plan(all, shape);
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
      top += rowHeight(row, shape) + GAP;
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
    for (const name of ["srcset", "src"]) {
      picture[name] = picture.dataset[name];
      delete picture.dataset[name];
    }
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
    scale = new Scale({ element: grid, dayAt, goTo, bar: BAR, get stops() { return stops } });
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
