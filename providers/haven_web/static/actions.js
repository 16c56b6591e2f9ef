// What one does with photos and folders on the page: choose some, put them somewhere, name people, undo.
//
// The server says in `data-can` what is possible here and in which words; each button sends the drive's own requests.

import { askName, askWhether, element, say } from "./asking.js";
import { decoded, foldersIn, lastChange, nameOf, Refused, send, transfer } from "./drive.js";

document.documentElement.classList.add("scripted");
const main = document.getElementById("main");
const page = location.href.split(/[?#]/)[0];
const here = new URL(page).pathname;
const above = here.replace(/[^/]+\/$/, "");
const viewed = () => document.querySelector("dialog.viewer[open] .view") ?? document.querySelector("main > .view");
const can = () => JSON.parse((viewed() ?? main).dataset.can || "{}");
const AFTER = "haven.after"; // what to say on the page that comes next
const TELL = "what was done"; // in place of words: those of the last change

// ---- doing things, and saying what was done

// Do something; say what came of it, with a way back. `asked`: who did it is asked again if it is refused.
async function act(work, { leave = "", silent = false, asked = false } = {}) {
  document.body.classList.add("acting");
  try {
    await work();
  } catch (error) {
    if (asked && error instanceof Refused) throw error;
    say(error instanceof Refused ? error.message : "This did not work. Try it again.", { error: true });
    if (!(error instanceof Refused)) console.error(error);
    return false;
  } finally {
    document.body.classList.remove("acting");
  }
  if (leave) {
    sessionStorage.setItem(AFTER, TELL);
    location.href = leave;
  } else if (!silent) await tell();
  return true;
}

async function tell() {
  const change = await lastChange().catch(() => null);
  if (change) say(change.says, { actions: { Undo: () => undo(change.href) } });
}

async function undo(href) {
  if (!(await act(() => send("DELETE", href), { silent: true }))) return;
  sessionStorage.setItem(AFTER, "It is as it was.");
  // A folder that was made or named is not here any more.
  const isHere = await fetch(page, { method: "HEAD" }).then((answer) => answer.ok, () => true);
  if (isHere) location.reload();
  else location.href = above;
}

// Ask for a name and do something with it; if that is refused, the name is there to be changed.
async function withName(title, words, work) {
  for (let [value, problem] = [words.value ?? "", ""]; ; ) {
    const name = await askName(title, { ...words, value, problem });
    if (!name) return;
    try {
      return await work(name);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      [value, problem] = [name, error.message];
    }
  }
}

// With several in the order in which they were chosen. One that is refused stops no other.
async function each(some, work) {
  const refused = [];
  for (const [index, one] of some.entries()) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.push(error.message);
    }
    if (some.length > 3) say(`${index + 1} of ${some.length}`, { keep: true });
  }
  if (!refused.length) return;
  const done = some.length - refused.length;
  throw new Refused(done ? `${done} of ${some.length} done. ${refused[0]}` : refused[0]);
}

const putInto = (folder) => ({ path, name }) => transfer("COPY", path, folder + name, true);

// ---- photos

const photoActs = {
  async favorite(some, button) {
    const folder = can().places.favorites;
    const is = button?.getAttribute("aria-pressed") === "true";
    const done = await act(() => each(some, is ? ({ name }) => send("DELETE", folder + name) : putInto(folder)));
    if (done && button?.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(!is));
    return false;
  },

  album: (some) =>
    putIntoNamed(some, can().places.albums, "Add to which album?", { act: "Add", hint: "A new name makes a new album" }),

  people: (some) => putIntoNamed(some, can().places.people, "Who is in it?", { act: "Say so", hint: "A name" }),

  take_out: (some) => act(() => each(some, ({ path }) => send("DELETE", path))),

  hide: (some) => act(() => each(some, ({ path, name }) => transfer("MOVE", path, can().places.removed + name))),

  show: (some) => act(() => each(some, ({ path, name }) => transfer("MOVE", path, can().places.timeline + name))),
};

// Put photos into a folder below another, which is asked for and made if it is not there.
async function putIntoNamed(some, parent, title, words) {
  const there = await foldersIn(parent);
  await withName(title, { ...words, among: there }, async (name) => {
    const known = same(name, there);
    const folder = `${parent}${encodeURIComponent(known ?? name)}/`;
    if (!known) await act(() => send("MKCOL", folder), { silent: true, asked: true });
    await act(() => each(some, putInto(folder)));
  });
  return false;
}

// What a photo is called wherever it is shown, as part of a URL: in a folder of the disk it may be called otherwise.
const shownAs = (element, path) => element?.dataset.name || nameOf(path);

const same = (name, names) => names.find((one) => one.toLowerCase() === name.toLowerCase());
const leaves = new Set(["take_out", "hide", "show"]);

// ---- the folder

const folderActs = {
  async rename() {
    const old = decoded(nameOf(here));
    const isPerson = here.startsWith(can().places.people ?? "\0");
    const there = isPerson ? await foldersIn(above) : [];
    const title = isPerson ? "Who is this?" : "What is it called?";
    const value = isPerson && /^Person \d+$/.test(old) ? "" : old;
    const words = { act: isPerson ? "Name" : "Rename", value, among: there.filter((one) => one !== old) };
    await withName(title, words, (name) => {
      if (name === old) return;
      const other = isPerson && name.toLowerCase() !== old.toLowerCase() ? same(name, there) : null;
      if (other) return merge(other);
      const to = `${above}${encodeURIComponent(name)}/`;
      return act(() => transfer("MOVE", here, to), { leave: to, asked: true });
    });
  },

  async merge() {
    const there = (await foldersIn(above)).filter((one) => one !== decoded(nameOf(here)));
    await withName("Who else is this?", { act: "Choose", among: there, hint: "The name of the folder" }, (name) => {
      const other = same(name, there);
      if (!other) throw new Refused(`There is no folder called ${name} here.`);
      return merge(other);
    });
  },

  async make() {
    await withName(can().make.replace("…", ""), { act: "Make" }, (name) => {
      const to = `${here}${encodeURIComponent(name)}/`;
      return act(() => send("MKCOL", to), { leave: to, asked: true });
    });
  },

  save: () => act(() => send("MKCOL", can().save), { leave: can().save }),

  async remove() {
    const words = can().remove;
    if (await askWhether(`${words}?`, "The photos stay, and you can undo it.", words))
      await act(() => send("DELETE", here), { leave: above });
  },

  undo: (button) => undo(button.dataset.path),

  select: () => choosing(true),
};

async function merge(other) {
  const name = decoded(nameOf(here));
  const to = `${above}${encodeURIComponent(other)}/`;
  if (await askWhether("The same person?", `All photos of ${name} go to ${other}. You can undo it.`, "Yes, the same"))
    await act(() => transfer("MOVE", here, to + nameOf(here)), { leave: to });
}

// ---- choosing photos

const chosen = new Map(); // paths to the names of photos, whose tiles may have been forgotten since
let last = null;
let bar = null;

function choosing(is) {
  document.body.classList.toggle("choosing", is);
  if (!is) for (const path of [...chosen.keys()]) choose(path, false);
  last = null;
  for (const tile of document.querySelectorAll("#photos .tile")) mark(tile);
  bar ??= chosenBar();
  bar.hidden = !is;
  count();
}

function mark(tile) {
  const is = document.body.classList.contains("choosing");
  for (const [name, value] of [["role", "checkbox"], ["aria-checked", String(chosen.has(tile.pathname))]])
    if (is) tile.setAttribute(name, value);
    else tile.removeAttribute(name);
}

function choose(path, is) {
  const tiles = [...document.querySelectorAll("#photos .tile")].filter((tile) => tile.pathname === path);
  if (is) chosen.set(path, shownAs(tiles[0], path));
  else chosen.delete(path);
  tiles.forEach(mark);
  count();
}

function count() {
  if (!bar) return;
  bar.querySelector("p").textContent = chosen.size === 1 ? "1 chosen" : `${chosen.size} chosen`;
  for (const button of bar.querySelectorAll("[data-do]")) button.disabled = !chosen.size;
}

function chosenBar() {
  const { places = {}, take_out: takeOut, show } = can();
  const words = {
    ...(show && { show }),
    ...(places.favorites && { favorite: "Favourite" }),
    ...(places.albums && { album: "Album…" }),
    ...(places.people && { people: "Who…" }),
    ...(takeOut && { take_out: takeOut }),
    ...(places.removed && { hide: "Hide" }),
  };
  const buttons = Object.entries(words).map(([what, text]) => {
    const button = element("button", { type: "button", textContent: text });
    button.dataset.do = what;
    return button;
  });
  const end = element("button", { type: "button", className: "main", textContent: "Done" });
  end.addEventListener("click", () => choosing(false));
  const made = element("div", { className: "chosen", role: "toolbar" }, element("p"), ...buttons, end);
  made.setAttribute("aria-label", "With the chosen photos");
  document.body.append(made);
  return made;
}

function clicked(tile, event) {
  event.preventDefault();
  event.stopPropagation();
  const is = !chosen.has(tile.pathname);
  const tiles = [...document.querySelectorAll("#photos .tile")];
  const [from, to] = [tiles.indexOf(last), tiles.indexOf(tile)].sort((one, other) => one - other);
  const range = event.shiftKey && from >= 0 ? tiles.slice(from, to + 1) : [tile];
  for (const one of range) choose(one.pathname, is);
  last = tile;
}

// ---- what is clicked and pressed

async function photos(what, button) {
  const one = viewed();
  const at = location.pathname;
  const some = one
    ? [{ path: at, name: shownAs(one, at) }]
    : [...chosen].map(([path, name]) => ({ path, name }));
  if (!some.length) return;
  const done = await photoActs[what](some, button);
  if (!leaves.has(what)) document.dispatchEvent(new CustomEvent("haven:changed"));
  if (!done || !leaves.has(what)) return;
  const paths = some.map(({ path }) => path);
  const gone = [...document.querySelectorAll("a.tile")].filter((tile) => paths.includes(tile.pathname));
  gone.forEach((tile) => tile.remove());
  document.dispatchEvent(new CustomEvent("haven:removed", { detail: paths.length }));
  for (const path of paths) choose(path, false);
  if (one) (one.querySelector(".turn.next") ?? one.querySelector(".turn.prev") ?? one.querySelector(".close")).click();
}

document.addEventListener(
  "click",
  (event) => {
    const tile = event.target.closest("#photos .tile");
    if (tile && document.body.classList.contains("choosing")) return clicked(tile, event);
    const button = event.target.closest("[data-do]");
    if (!button) return;
    event.preventDefault();
    if (folderActs[button.dataset.do]) folderActs[button.dataset.do](button);
    else photos(button.dataset.do, button);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const isChoosing = document.body.classList.contains("choosing");
  const tile = event.target.closest("#photos .tile");
  if (event.key === "Escape" && isChoosing && !viewed()) choosing(false);
  else if (event.key === " " && isChoosing && tile) clicked(tile, event);
  else if (event.key === "f" && viewed()?.querySelector("[data-do=favorite]"))
    photos("favorite", viewed().querySelector("[data-do=favorite]"));
});

// Tiles that come back when one scrolls know whether they were chosen.
const photosGrid = document.getElementById("photos");
if (photosGrid)
  new MutationObserver((changes) => {
    if (!document.body.classList.contains("choosing")) return;
    for (const change of changes)
      for (const added of change.addedNodes)
        if (added.nodeType === 1) for (const tile of added.querySelectorAll(".tile")) mark(tile);
  }).observe(photosGrid, { childList: true, subtree: true });

const after = sessionStorage.getItem(AFTER);
sessionStorage.removeItem(AFTER);
if (after === TELL) tell();
else if (after) say(after);
