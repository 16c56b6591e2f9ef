// Looking at one photo: over the page that it was opened from, or on a page of its own. The same view, made on the
// server, in both: this script fetches it, moves on, and lets one look closer.

import { say } from "./asking.js";

const own = document.querySelector("main > .view"); // this page is a photo's own
const kept = new Map(); // views that were fetched ahead, by URL
let dialog = null;
let opener = null; // the tile that the first photo was opened from
let url = own ? location.href : "";
let closer = null;

const AWAY = "Haven cannot be reached. Try again in a moment.";

class Away extends Error {}

const view = () => (own ? document.querySelector(".view") : dialog?.querySelector(".view"));

// ---- getting a view

function fetchView(address) {
  if (!kept.has(address)) {
    if (kept.size > 12) kept.delete(kept.keys().next().value);
    kept.set(address, read(address).catch((error) => (kept.delete(address), Promise.reject(error))));
  }
  return kept.get(address);
}

async function read(address) {
  let answer, text;
  try {
    answer = await fetch(address, { headers: { Accept: "text/html" } });
    text = await answer.text();
  } catch {
    throw new Away();
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(text, "text/html");
  const found = page.querySelector(".view");
  if (!found) throw new Error("no view");
  return { found, title: page.title };
}

// What the server refuses it explains on a page of its own. If it cannot be reached, going there would only lead to the
// browser's page for that, from which there is no way on.
function failed(error, address) {
  if (error instanceof Away) say(AWAY, { error: true });
  else location.href = address;
}

function reached() {
  const line = document.querySelector(".news");
  if (line?.querySelector("p").textContent === AWAY) line.hidden = true;
}

// Views are made once and put into the page each time they are shown.
function show({ found, title }, address) {
  const before = view();
  const focused = before?.contains(document.activeElement) ? document.activeElement.className : null;
  const details = before?.querySelector(".info")?.open;
  const next = document.importNode(found, true);
  before?.querySelector("video")?.pause();
  if (before) before.replaceWith(next);
  else dialog.append(next);
  if (details) next.querySelector(".info").open = true;
  url = address;
  document.title = title;
  reached();
  prepare(next);
  // The one who turns pages goes on with the same button; a screen reader hears the new photo's name.
  const again = focused && /turn|tool|close/.test(focused) && next.querySelector(`.${focused.split(" ").at(-1)}`);
  (again || next).focus({ preventScroll: true });
}

function prepare(next) {
  closer = new Closer(next);
  const video = next.querySelector("video");
  // A browser that knows the sound only plays that, and shows nothing of the pictures.
  const check = () => {
    if (video.error || (video.readyState && !video.videoWidth)) next.querySelector("p.cannot").hidden = false;
  };
  for (const event of ["error", "loadedmetadata"]) video?.addEventListener(event, check);
  if (video) check(); // on a page of its own it may have begun before this script
  fetchAhead(next);
}

function fetchAhead(here) {
  for (const turn of here.querySelectorAll(".turn")) {
    fetchView(turn.href).catch(() => {});
    if (turn.dataset.picture) new Image().src = turn.dataset.picture;
  }
}

// ---- opening, moving on, closing

async function open(address, isBack) {
  let loaded;
  try {
    loaded = await fetchView(address);
  } catch (error) {
    if (isBack && error instanceof Away) history.back(); // the address is that of the page that stays
    failed(error, address);
    return;
  }
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "viewer";
    dialog.setAttribute("aria-label", "Photo");
    dialog.addEventListener("cancel", (event) => (event.preventDefault(), leave()));
    document.body.append(dialog);
    dialog.page = document.title;
  }
  if (!isBack) history.pushState({ photo: true }, "", address);
  dialog.showModal();
  show(loaded, address);
}

async function move(which) {
  const turn = view()?.querySelector(`.${which}`);
  if (!turn) return;
  const address = turn.href;
  const waiting = setTimeout(() => view()?.classList.add("waiting"), 250);
  try {
    const loaded = await fetchView(address);
    // Where somebody has gone on meanwhile, this photo is none of theirs.
    if (view()?.contains(turn)) {
      history.replaceState(history.state, "", address);
      show(loaded, address);
    }
  } catch (error) {
    if (view()?.contains(turn)) failed(error, address);
  } finally {
    clearTimeout(waiting);
    view()?.classList.remove("waiting");
  }
}

function leave() {
  if (closer?.isClose) return closer.reset();
  if (own) location.href = own.dataset.back;
  else history.back();
}

function closed() {
  if (!dialog?.open) return;
  const last = url;
  dialog.close();
  dialog.replaceChildren();
  closer = null;
  document.title = dialog.page;
  // Back to the photo that was looked at last, if it is there; the page itself has not moved.
  const path = new URL(last).pathname;
  const tile = [...document.querySelectorAll("a.tile")].find((one) => one.pathname === path) ?? opener;
  tile?.focus({ preventScroll: true });
  const box = tile?.getBoundingClientRect();
  if (box && (box.bottom < 0 || box.top > innerHeight)) tile.scrollIntoView({ block: "center", behavior: "instant" });
}

addEventListener("popstate", () => {
  if (own) return;
  if (!history.state?.photo) closed();
  else if (!dialog?.open) open(location.href, true);
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a");
  if (!link) return;
  const turn = link.closest(".turn");
  if (turn) {
    event.preventDefault();
    move(turn.classList.contains("next") ? "next" : "prev");
  } else if (link.matches(".view .close")) {
    event.preventDefault();
    if (closer) closer.reset();
    leave();
  } else if (!own && link.matches("a.tile") && !dialog?.open) {
    event.preventDefault();
    opener = link;
    open(link.href, false);
  }
});

document.addEventListener("keydown", (event) => {
  const here = view();
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const inVideo = event.target.closest("video");
  const act = {
    ArrowLeft: () => (closer.isClose ? closer.pan(80, 0) : inVideo || move("prev")),
    ArrowRight: () => (closer.isClose ? closer.pan(-80, 0) : inVideo || move("next")),
    ArrowUp: () => closer.isClose && closer.pan(0, 80),
    ArrowDown: () => closer.isClose && closer.pan(0, -80),
    "+": () => closer.by(1.5),
    "=": () => closer.by(1.5),
    "-": () => closer.by(1 / 1.5),
    0: () => closer.reset(),
    i: () => (here.querySelector(".info").open = !here.querySelector(".info").open),
    " ": () => here.querySelector("video")?.[here.querySelector("video").paused ? "play" : "pause"](),
    PageUp: () => move("prev"),
    PageDown: () => move("next"),
    // In a dialog the browser says this by `cancel`.
    Escape: () => own && leave(),
  }[event.key];
  if (!act || (inVideo && /^Arrow| /.test(event.key)) || (event.key === " " && event.target.closest("a, summary"))) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});

// ---- what was done to photos, of which actions.js tells

// "haven:changed": something was said of photos. What was fetched ahead does not know it yet, nor do the details.
document.addEventListener("haven:changed", async () => {
  kept.clear();
  const here = view();
  if (!here) return;
  const loaded = await fetchView(url).catch(() => null);
  if (!loaded || view() !== here) return;
  const before = here.querySelector(".facts");
  const next = document.importNode(loaded.found.querySelector(".facts"), true);
  const focused = before.contains(document.activeElement) && document.activeElement.href;
  before.replaceWith(next);
  if (focused) {
    const again = [...next.querySelectorAll("a")].find((link) => link.href === focused);
    (again ?? here.querySelector(".info > summary")).focus({ preventScroll: true });
  }
  fetchAhead(here);
});

// "haven:removed": so many photos are not on this page any more. Those beside them have other neighbours now, and the
// page says how many there are.
document.addEventListener("haven:removed", (event) => {
  kept.clear();
  const said = document.querySelector(".head .says");
  const [count, rest] = said?.textContent.match(/^([\d,]+) photos?(.*)$/s)?.slice(1) ?? [];
  if (!count) return;
  const left = Math.max(0, Number(count.replaceAll(",", "")) - event.detail);
  const words = left === 1 ? "1 photo" : `${left.toLocaleString("en")} photos`;
  said.textContent = left ? words + rest : "No photos";
});

// ---- looking closer, and turning by hand

class Closer {
  constructor(here) {
    this.stage = here.querySelector(".stage");
    this.image = here.querySelector(".stage > img");
    this.scale = 1;
    this.x = this.y = 0;
    this.fingers = new Map();
    this.stage.addEventListener("pointerdown", (event) => this.down(event));
    this.stage.addEventListener("pointermove", (event) => this.moved(event));
    for (const end of ["pointerup", "pointercancel"]) this.stage.addEventListener(end, (event) => this.up(event));
    if (!this.image) return;
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("dblclick", (event) => this.toggle(event.clientX, event.clientY));
  }

  get isClose() {
    return this.scale > 1.01;
  }

  // The largest scale: one point of the original on two of the window, but no less than four times the window.
  get most() {
    const [wide, high] = ["width", "height"].map((side) => Number(this.image.getAttribute(side)) || 4000);
    const fits = Math.min(this.stage.clientWidth / wide, this.stage.clientHeight / high);
    return Math.min(Math.max(2 / fits, 4), 16);
  }

  put(glide = false) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const roomX = Math.max(0, (width * this.scale - width) / 2);
    const roomY = Math.max(0, (height * this.scale - height) / 2);
    this.x = Math.min(Math.max(this.x, -roomX), roomX);
    this.y = Math.min(Math.max(this.y, -roomY), roomY);
    this.image.classList.toggle("glide", glide);
    this.image.style.transform = this.isClose ? `translate(${this.x}px, ${this.y}px) scale(${this.scale})` : "";
    this.stage.classList.toggle("close-up", this.isClose);
    if (this.isClose) this.sharpen();
  }

  // More of the picture than fits the window is only in the original, if the browser can show that.
  sharpen() {
    const full = this.image.dataset.full;
    if (!full) return;
    delete this.image.dataset.full;
    const loaded = new Image();
    loaded.src = full;
    loaded.decode().then(
      () => (this.image.src = full),
      () => {},
    );
  }

  // Scale by a factor, so that a point of the window stays where it is.
  by(factor, x, y, glide = true) {
    if (!this.image) return;
    const box = this.stage.getBoundingClientRect();
    const [dx, dy] = x === undefined ? [0, 0] : [x - box.left - box.width / 2, y - box.top - box.height / 2];
    const scale = Math.min(Math.max(this.scale * factor, 1), this.most);
    this.x = dx - ((dx - this.x) * scale) / this.scale;
    this.y = dy - ((dy - this.y) * scale) / this.scale;
    this.scale = scale;
    this.put(glide);
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
    this.put(true);
  }

  reset() {
    this.scale = 1;
    this.x = this.y = 0;
    if (this.image) this.put(true);
  }

  toggle(x, y) {
    if (this.isClose) this.reset();
    else this.by(3, x, y);
  }

  wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0022)), event.clientX, event.clientY, false);
  }

  down(event) {
    if (event.pointerType === "mouse" && event.button) return;
    if (event.target.closest("video, a")) return;
    this.fingers.set(event.pointerId, event);
    this.stage.setPointerCapture?.(event.pointerId);
    this.start = { x: event.clientX, y: event.clientY, time: event.timeStamp };
    this.pinched = this.fingers.size > 1;
  }

  moved(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    if (this.fingers.size === 2 && this.image) {
      const [other] = [...this.fingers.values()].filter((one) => one.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      this.by(apart(event) / (apart(before) || 1), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2, false);
    } else if (this.isClose) {
      this.x += event.clientX - before.clientX;
      this.y += event.clientY - before.clientY;
      this.put();
    }
    this.fingers.set(event.pointerId, event);
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size) return;
    const dx = event.clientX - this.start.x;
    const dy = event.clientY - this.start.y;
    if (event.type === "pointercancel" || event.pointerType === "mouse" || this.isClose || this.pinched) return;
    if (Math.abs(dx) > 50 && Math.abs(dx) > 1.5 * Math.abs(dy)) move(dx < 0 ? "next" : "prev");
    else if (dy > 90 && dy > 1.5 * Math.abs(dx)) leave();
    else if (Math.hypot(dx, dy) < 10) this.tap(event);
  }

  // A browser that lets a page have all gestures tells of no double click by fingers.
  tap(event) {
    const twice = this.tapped && event.timeStamp - this.tapped < 320;
    this.tapped = twice ? 0 : event.timeStamp;
    if (twice && this.image) this.toggle(event.clientX, event.clientY);
  }
}

if (own) prepare(own);
