// The drive's own requests, as any program sends them: what the page does is done, refused and undone by them alone.

const root = document.documentElement.dataset.root;

export class Refused extends Error {}

// Send a request. A refusal is the sentence that the drive gives for it.
export async function send(method, path, headers = {}, body = undefined) {
  let answer;
  try {
    answer = await fetch(path, { method, headers, body });
  } catch {
    throw new Refused("Haven cannot be reached. Is the computer that it runs on switched on?");
  }
  if (answer.ok) return answer;
  throw new Refused(reason(await answer.text()) || `Haven refused this (${answer.status}).`, { cause: answer.status });
}

export function reason(text) {
  const found = new DOMParser().parseFromString(text, "text/xml");
  const said = found.getElementsByTagNameNS("urn:haven-fs", "reason")[0];
  return said ? said.textContent : text.startsWith("<") ? "" : text.trim();
}

const whole = (path) => new URL(path, location.href).href;

export const transfer = (method, from, to, overwrite = false) =>
  send(method, from, { Destination: whole(to), Overwrite: overwrite ? "T" : "F" });

// The last name of a path, still as a part of a URL.
export const nameOf = (path) => path.replace(/\/$/, "").split("/").at(-1);

export const decoded = (name) => {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};

// What was done last, in words, and what takes it back: a file that is deleted.
export async function lastChange() {
  const answer = await fetch(`${root}.haven/change`, { headers: { Accept: "application/json" }, cache: "no-store" });
  return answer.ok ? answer.json() : null;
}

// What the folders in one are called, to choose among; without them a name can be typed all the same.
export const foldersIn = (path) =>
  fetch(`${path}?names`, { headers: { Accept: "application/json" } }).then(
    (answer) => (answer.ok ? answer.json() : []),
    () => [],
  );

// Send one file, and say how far it is. A name that another file has gets a number.
export function upload(file, folder, progress) {
  const [, stem, ending] = file.name.match(/^(.*?)(\.[^.]*)?$/);
  const attempt = (number) =>
    new Promise((done, failed) => {
      const name = number > 1 ? `${stem} (${number})${ending ?? ""}` : file.name;
      const request = new XMLHttpRequest();
      request.open("PUT", folder + encodeURIComponent(name));
      request.setRequestHeader("If-None-Match", "*");
      request.setRequestHeader("X-OC-Mtime", String(Math.floor(file.lastModified / 1000)));
      request.upload.onprogress = (event) => progress(event.loaded);
      request.onerror = () => failed(new Refused("The connection was lost."));
      request.onload = () => {
        if (request.status < 300) done(name);
        else if (request.status === 412 && number < 100) done(attempt(number + 1));
        else failed(new Refused(reason(request.responseText) || `Haven refused this (${request.status}).`));
      };
      request.send(file);
    });
  return attempt(1);
}
