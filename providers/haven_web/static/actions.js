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

// Do something; say what came of it, with a way back.
async function act(work, { leave = "", silent = false } = {}) {
  document.body.classList.add("acting");
  try {
    await work();
  } catch (error) {
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

// With several at a time, but in the order in which they were chosen.
async function each(paths, work) {
  let done = 0;
  for (const path of paths) {
    await work(path);
    done += 1;
    if (paths.length > 3) say(`${done} of ${paths.length}`, { keep: true });
  }
}

const putInto = (folder) => (path) => transfer("COPY", path, folder + nameOf(path), true);

// ---- photos

const photoActs = {
  async favorite(paths, button) {
    const folder = can().places.favorites;
    const is = button?.getAttribute("aria-pressed") === "true";
    const done = await act(() =>
      each(paths, is ? (path) => send("DELETE", folder + nameOf(path)) : putInto(folder)),
    );
    if (done && button?.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(!is));
    return false;
  },

  album: (paths) =>
    putIntoNamed(paths, can().places.albums, "Add to which album?", { act: "Add", hint: "A new name makes a new album" }),

  people: (paths) => putIntoNamed(paths, can().places.people, "Who is in it?", { act: "Say so", hint: "A name" }),

  take_out: (paths) => act(() => each(paths, (path) => send("DELETE", path))),

  hide: (paths) => act(() => each(paths, (path) => transfer("MOVE", path, can().places.removed + nameOf(path)))),
};

// Put photos into a folder below another, which is asked for and made if it is not there.
async function putIntoNamed(paths, parent, title, words) {
  const there = await foldersIn(parent);
  const name = await askName(title, { ...words, among: there });
  if (!name) return false;
  const known = same(name, there);
  const folder = `${parent}${encodeURIComponent(known ?? name)}/`;
  await act(async () => {
    if (!known) await send("MKCOL", folder);
    await each(paths, putInto(folder));
  });
  return false;
}

const same = (name, names) => names.find((one) => one.toLowerCase() === name.toLowerCase());
const leaves = new Set(["take_out", "hide"]);

// ---- the folder

const folderActs = {
  async rename() {
    const old = decoded(nameOf(here));
    const isPerson = here.startsWith(can().places.people ?? "\0");
    const there = isPerson ? await foldersIn(above) : [];
    const title = isPerson ? "Who is this?" : "What is it called?";
    const value = isPerson && /^Person \d+$/.test(old) ? "" : old;
    const name = await askName(title, { act: isPerson ? "Name" : "Rename", value, among: there.filter((one) => one !== old) });
    if (!name || name === old) return;
    const other = isPerson && name.toLowerCase() !== old.toLowerCase() ? same(name, there) : null;
    if (other) return merge(other);
    const to = `${above}${encodeURIComponent(name)}/`;
    await act(() => transfer("MOVE", here, to), { leave: to });
  },

  async merge() {
    const there = (await foldersIn(above)).filter((one) => one !== decoded(nameOf(here)));
    const name = await askName("Who else is this?", { act: "Choose", among: there, hint: "The name of the folder" });
    if (!name) return;
    const other = same(name, there);
    if (other) await merge(other);
    else say(`There is no folder called ${name} here.`, { error: true });
  },

  async make() {
    const name = await askName(can().make.replace("…", ""), { act: "Make" });
    const to = name && `${here}${encodeURIComponent(name)}/`;
    if (to) await act(() => send("MKCOL", to), { leave: to });
  },

  save: () => act(() => send("MKCOL", can().save), { leave: can().save }),

  async remove() {
    const words = can().remove;
    if (await askWhether(`${words}?`, "The photos stay, and you can undo it.", words))
      await act(() => send("DELETE", here), { leave: above });
  },

  select: () => choosing(true),
};

async function merge(other) {
  const name = decoded(nameOf(here));
  const to = `${above}${encodeURIComponent(other)}/`;
  if (await askWhether("The same person?", `All photos of ${name} go to ${other}. You can undo it.`, "Yes, the same"))
    await act(() => transfer("MOVE", here, to + nameOf(here)), { leave: to });
}

// ---- choosing photos

const chosen = new Map(); // paths to the tiles that were chosen, which may have been forgotten since
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
  if (is) chosen.set(path, true);
  else chosen.delete(path);
  for (const tile of document.querySelectorAll("#photos .tile")) if (tile.pathname === path) mark(tile);
  count();
}

function count() {
  if (!bar) return;
  bar.querySelector("p").textContent = chosen.size === 1 ? "1 chosen" : `${chosen.size} chosen`;
  for (const button of bar.querySelectorAll("[data-do]")) button.disabled = !chosen.size;
}

function chosenBar() {
  const { places = {}, take_out: takeOut } = can();
  const words = {
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
  const paths = one ? [new URL(location.href).pathname] : [...chosen.keys()];
  if (!paths.length || !(await photoActs[what](paths, button)) || !leaves.has(what)) return;
  for (const tile of document.querySelectorAll("a.tile")) if (paths.includes(tile.pathname)) tile.remove();
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
    if (folderActs[button.dataset.do]) folderActs[button.dataset.do]();
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
