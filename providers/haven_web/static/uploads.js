// Files that are dropped on the page, or chosen by its button, are sent to the folder if it takes any, else to the inbox.

import { element, say } from "./asking.js";
import { Refused, upload } from "./drive.js";

const main = document.getElementById("main");
const can = JSON.parse(main?.dataset.can || "{}");
const folder = can.adds ? location.pathname : can.places?.inbox;
const AT_ONCE = 2;

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// Folders that are dropped are walked through, as browsers let one.
async function* filesOf(entry) {
  if (entry.isFile) yield await new Promise((done, failed) => entry.file(done, failed));
  if (!entry.isDirectory) return;
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const one of some) yield* filesOf(one);
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = entries.length ? [] : [...transfer.files]; // such as pictures from another program
  for (const entry of entries) for await (const file of filesOf(entry)) files.push(file);
  return files.filter((file) => !file.name.startsWith("."));
}

async function sendAll(files) {
  if (!files.length) return;
  const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
  const sent = new Map();
  const refused = [];
  const panel = element("div", { className: "sending", role: "status" });
  const words = element("p");
  const line = element("progress", { max: total, value: 0 });
  line.setAttribute("aria-label", "How much has been sent");
  panel.append(words, line);
  document.body.append(panel);
  let done = 0;
  const show = () => {
    words.textContent = `Sending ${Math.min(done + 1, files.length)} of ${files.length}`;
    line.value = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
  };
  const waiting = [...files];
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const one = file;
      show();
      try {
        await upload(one, folder, (bytes) => (sent.set(one, bytes), show()));
      } catch (error) {
        refused.push([one.name, error instanceof Refused ? error.message : "It could not be read."]);
      }
      sent.set(one, one.size);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  removeEventListener("beforeunload", leaving);
  panel.remove();
  const came = files.length - refused.length;
  const count = came === 1 ? "1 file is" : `${came} files are`;
  const [first] = refused;
  const not = first && `${refused.length} of ${files.length} could not be sent. ${first[0]}: ${first[1]}`;
  const where = can.adds ? "there" : "in the inbox";
  say([came ? `${count} ${where}.` : "", not].filter(Boolean).join(" "), {
    error: Boolean(first),
    keep: true,
    actions: came ? { Show: () => (location.href = can.adds ? location.pathname : folder) } : {},
  });
}

if (folder) {
  let depth = 0;
  const over = (is) => document.body.classList.toggle("dropping", is);
  addEventListener("dragenter", (event) => hasFiles(event) && (event.preventDefault(), (depth += 1), over(true)));
  addEventListener("dragleave", (event) => hasFiles(event) && (depth -= 1) <= 0 && ((depth = 0), over(false)));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    sendAll(await dropped(event.dataTransfer));
  });
  const input = document.querySelector("[data-upload]");
  input?.addEventListener("change", () => (sendAll([...input.files]), (input.value = "")));
} else {
  // A browser would open the file in place of the page.
  for (const name of ["dragover", "drop"])
    addEventListener(name, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (name === "drop") say("Uploads are off. To turn them on, start Haven with --inbox FOLDER.", { error: true });
    });
}
