// The scale of dates at the side of a long grid: a slider that leads to any month, or to any day of a few months.
//
// It is given the grid as an object: `element`, `stops` (the days with the heights of the page at which they begin, in
// order), `dayAt(height)` (which of them is there), `goTo(stop)` and `bar()` (the height of the bar above the grid).

const MONTHS = "January February March April May June July August September October November December".split(" ");
const inWords = (day, whole) =>
  day ? `${whole ? `${day % 100} ` : ""}${MONTHS[(Math.floor(day / 100) % 100) - 1]} ${Math.floor(day / 10000)}` : "Without a date";

export class Scale {
  constructor(grid) {
    this.grid = grid;
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
    const months = new Set(this.grid.stops.map((stop) => Math.floor(stop.day / 100)));
    this.byDay = months.size < 3;
    let last = null;
    this.steps = this.grid.stops.filter((stop) => {
      const key = this.byDay ? stop.day : Math.floor(stop.day / 100);
      return key !== last && ((last = key), true);
    });
    this.start = this.grid.element.getBoundingClientRect().top + scrollY - this.grid.bar();
    this.end = Math.max(document.documentElement.scrollHeight - innerHeight, this.start + 1);
    for (const mark of this.marks) mark.remove();
    this.marks = [];
    const room = this.element.clientHeight;
    const put = (kind, at, text) => {
      const mark = document.createElement("span");
      mark.className = kind;
      mark.textContent = text;
      mark.style.top = `${at}px`;
      this.marks.push(this.element.appendChild(mark));
    };
    // First the years, or days, as far apart as they can be read; then dots for the months between them.
    const labels = [-99];
    let group = null;
    const rest = [];
    for (const step of this.steps) {
      const at = Math.min(this.share(step.top - this.grid.bar()) * room, room);
      const name = this.byDay ? `${step.day % 100}` : `${Math.floor(step.day / 10000) || "–"}`;
      if (name !== group && at - labels.at(-1) >= 18) {
        put("label", at, name);
        labels.push(at);
      } else rest.push(at);
      group = name;
    }
    let dot = -99;
    for (const at of rest) {
      if (at - dot < 9 || labels.some((label) => Math.abs(label - at) < 12)) continue;
      put("dot", at, "");
      dot = at;
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
    const { stops, dayAt, bar } = this.grid;
    const { day } = this.chosen?.step ?? (scrollY >= this.end - 2 ? stops.at(-1) : stops[dayAt(scrollY + bar())]);
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
    this.grid.goTo(step);
    this.chosen = { step, at: scrollY };
    this.follow();
  }
}
