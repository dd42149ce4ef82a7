// The only script. Every page works without it; with it, small actions do not reload the page.
"use strict";

// Somebody is typing, has typed or chosen something that is not sent yet, or is watching: nothing is taken from under their hands.
function busy() {
  const main = document.querySelector("main");
  if (!main) return false;
  const differs = (f) => {
    if (f.type === "hidden" || f.type === "submit") return false;
    if (f.type === "checkbox" || f.type === "radio") return f.checked !== f.defaultChecked;
    if (f.tagName !== "SELECT") return f.value !== f.defaultValue;
    const usual = [...f.options].findIndex((o) => o.defaultSelected);
    return f.selectedIndex !== (usual < 0 && !f.multiple ? 0 : usual);
  };
  return Boolean(document.activeElement && document.activeElement.matches("main input, main textarea, main select"))
    || [...main.querySelectorAll("input, textarea, select")].some(differs)
    || [...main.querySelectorAll("video, audio")].some((m) => m.currentTime > 0 && !m.ended);
}

// Puts the server's new <main> in place of the old one, keeping what the person is typing in.
function swap(html, keep) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const main = document.querySelector("main");
  const fresh = next.querySelector("main");
  if (!main || !fresh) return false;
  const open = [...main.querySelectorAll("details[open][id]")].map((d) => d.id);
  fresh.querySelectorAll("details[id]").forEach((d) => { if (open.includes(d.id)) d.open = true; });
  // What was just said stays when the page only refreshes itself.
  const said = keep && main.querySelector("[role=status]");
  if (said && !fresh.querySelector("[role=status]")) fresh.prepend(said);
  // Whoever works by keyboard stays where they were.
  const at = document.activeElement && main.contains(document.activeElement) ? document.activeElement.id : "";
  main.replaceWith(fresh);
  if (at) document.getElementById(at)?.focus();
  document.title = next.title;
  return true;
}

async function load(address, options, keep) {
  const response = await fetch(address, { ...options, headers: { accept: "text/html" }, credentials: "same-origin" });
  const html = await response.text();
  const there = response.url && new URL(response.url);
  if (keep && busy()) return;
  if (there && there.origin !== location.origin) { location.href = response.url; return; }
  // A page from which a form leads to another side has a policy of its own, which only a whole load brings.
  const leads = /form-action 'self' \S/.test(response.headers.get("content-security-policy") || "");
  if (there && leads && there.pathname !== location.pathname) { location.href = response.url; return; }
  if (!swap(html, keep)) { location.href = response.url; return; }
  if (response.redirected) {
    history.pushState(null, "", response.url);
    shown = location.pathname + location.search;
  }
}

// Actions that stay on the page: switches, and the buttons of a board or a profile.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.matches("[data-swap], .inline")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  // The answer may be older than what a refresh showed meanwhile, so it is followed by one.
  load(form.action, { method: "POST", body }).then(refreshSoon, () => form.submit());
});
// A form that is checked while somebody types: what the server makes of it stands below.
let checking = null;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !form.dataset.check) return;
  clearTimeout(checking);
  checking = setTimeout(async () => {
    const response = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const [old, fresh] = [document.getElementById("preview"), next.getElementById("preview")];
    if (!old || !fresh) return;
    next.querySelectorAll("main > .error").forEach((error) => fresh.querySelector("h2").after(error));
    old.replaceWith(fresh);
  }, 350);
});
// Only back to another page: a link within this one moves the focus and no more.
let shown = location.pathname + location.search;
addEventListener("popstate", () => { if (location.pathname + location.search !== shown) location.reload(); });

// Live pages: the server says how far it has come, a page that shows less fetches itself again. Not while someone is typing.
let waiting = null;
function refreshSoon() {
  waiting = waiting || setTimeout(() => {
    waiting = null;
    if (!busy() && document.querySelector("main[data-live]")) load(location.href, {}, true).catch(() => {});
  }, 150);
}
// A page that shows what another side does, which tells us nothing of it, asks again by itself while it is seen.
let asked = Date.now();
setInterval(() => {
  const again = document.querySelector("main [data-asks-again]");
  compare();
  if (!again || document.hidden || Date.now() - asked < again.dataset.asksAgain * 1000) return;
  asked = Date.now();
  refreshSoon();
}, 1000);
// What a browser recorded does not say how long it is; looking for its end tells.
document.addEventListener("loadedmetadata", (event) => {
  const media = event.target;
  if (media.duration !== Infinity || !media.matches("main .playback, main audio")) return;
  media.addEventListener("durationchange", () => { if (Number.isFinite(media.duration) && media.paused) media.currentTime = 0; }, { once: true });
  media.currentTime = 1e7;
}, true);
// A browser has six connections for a server, over all its tabs: only a page that is seen keeps one open.
let live = null;
let latest = null;
function compare() {
  const main = document.querySelector("main[data-live]");
  if (main && latest && main.dataset.live !== latest) refreshSoon();
}
function listen() {
  if (live || document.hidden || !window.EventSource || !document.querySelector("main[data-live]")) return;
  live = new EventSource("/live");
  live.addEventListener("changed", (event) => { latest = event.data; compare(); });
}
function hush() {
  if (live) live.close();
  live = null;
}
addEventListener("pagehide", hush);
addEventListener("pageshow", listen);
// What came while somebody was typing is shown when they are done.
document.addEventListener("focusout", compare);
document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));

// The board: a card is dragged to another stage; its own menu does the same by keyboard and without script.
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest && event.target.closest("[data-card]");
  if (!card) return;
  event.dataTransfer.setData("text/plain", card.dataset.card);
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const column = event.target.closest && event.target.closest("[data-stage]");
  if (!column) return;
  event.preventDefault();
  column.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  const column = event.target.closest && event.target.closest("[data-stage]");
  if (column && !column.contains(event.relatedTarget)) column.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest && event.target.closest("[data-stage]");
  if (!column) return;
  event.preventDefault();
  column.classList.remove("over");
  const card = document.querySelector(`[data-card="${CSS.escape(event.dataTransfer.getData("text/plain"))}"]`);
  const select = card && card.querySelector("select");
  if (!select || select.value === column.dataset.stage) return;
  select.value = column.dataset.stage;
  select.form.requestSubmit();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

// Copy buttons, where the browser allows it.
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; });
});
// Boxes ticked together: "Select all read endpoints".
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-tick]");
  if (!button) return;
  document.querySelectorAll(`input[data-group="${button.dataset.tick}"]`).forEach((box) => { box.checked = true; });
});
