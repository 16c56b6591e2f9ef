// Questions and news: a dialog that asks for a name, one that asks whether, and a line at the foot of the page.

function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export { element };

// Ask in a dialog; what is in it is a form. Returns the answer of `read`, or null if it was left.
function ask(title, fields, act, read) {
  return new Promise((done) => {
    const dialog = element("dialog", { className: "ask" });
    const label = `ask-${Date.now()}`;
    dialog.setAttribute("aria-labelledby", label);
    const cancel = element("button", { type: "button", textContent: "Cancel" });
    const form = element(
      "form",
      { method: "dialog" },
      element("h2", { id: label, textContent: title }),
      ...fields,
      element("menu", {}, cancel, element("button", { className: "main", textContent: act })),
    );
    let answer = null;
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => (answer = read()));
    dialog.addEventListener("close", () => (dialog.remove(), done(answer)));
    // What is typed here is no shortcut of the page below.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.append(form);
    // A photo that is looked at is a dialog itself: this one lies over it.
    (document.querySelector("dialog.viewer[open]") ?? document.body).append(dialog);
    dialog.showModal();
  });
}

let lists = 0;

// Ask for a name. `problem`: why the one that was given before, `value`, will not do.
export function askName(title, { act, value = "", among = [], hint = "", problem = "" }) {
  const id = `names-${(lists += 1)}`;
  const input = element("input", { type: "text", required: true, maxLength: 120, value, placeholder: hint });
  input.setAttribute("aria-label", title);
  input.setAttribute("list", id);
  input.autocomplete = "off";
  // A browser takes these for other folders.
  input.addEventListener("input", () =>
    input.setCustomValidity(
      input.value.includes("/") ? "A name cannot contain a slash." : /^\s*\.{1,2}\s*$/.test(input.value) ? "This is no name." : "",
    ),
  );
  const list = element("datalist", { id }, ...among.map((name) => element("option", { value: name })));
  const told = problem ? [element("p", { className: "problem", role: "alert", textContent: problem })] : [];
  return ask(title, [...told, input, list], act, () => input.value.trim() || null);
}

export function askWhether(title, text, act) {
  return ask(title, [element("p", { textContent: text })], act, () => true);
}

const KEEP = 12000;
let line = null;
let timer = 0;

// Say something at the foot of the page. `actions`: buttons, by their words, of which one ends it.
export function say(text, { error = false, actions = {}, keep = false } = {}) {
  line ??= element("div", { className: "news", role: "status" });
  const home = document.querySelector("dialog.viewer[open]") ?? document.body;
  if (line.parentElement !== home) home.append(line);
  line.classList.toggle("error", error);
  line.hidden = false;
  line.replaceChildren(
    element("p", { textContent: text }),
    ...Object.entries(actions).map(([words, act]) => {
      const button = element("button", { type: "button", textContent: words });
      button.addEventListener("click", () => ((line.hidden = true), act()));
      return button;
    }),
    closeButton(),
  );
  clearTimeout(timer);
  if (!keep) timer = setTimeout(() => line.matches(":hover, :focus-within") || (line.hidden = true), KEEP);
}

function closeButton() {
  const button = element("button", { type: "button", className: "end", textContent: "×" });
  button.setAttribute("aria-label", "Close this message");
  button.addEventListener("click", () => (line.hidden = true));
  return button;
}
