// What every page does besides being read: it keeps the words about progress up to date.

const says = document.querySelector("[data-progress]");

async function refresh() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(says.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const now = await answer.json();
      says.textContent = now.says;
      says.hidden = !now.busy;
      if (!now.busy) return;
    } catch {
      // The server is away for a moment: ask again later.
    }
  }
  setTimeout(refresh, 4000);
}

if (says && !says.hidden) setTimeout(refresh, 2000);
