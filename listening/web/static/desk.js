// What every page of the desk does: theme, time zone, keys, lines that say what was done, and undo.
"use strict";

const YEAR = 31536000;
const remember = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${YEAR};samesite=lax`; };

// The reader's time zone, for every time on every page.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`zone=${encodeURIComponent(zone)}`)) remember("zone", zone);

// Light or dark: as the machine says, until somebody chooses.
document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
  document.dispatchEvent(new Event("desk:theme"));
});

const menu = document.querySelector("[data-menu]");
menu?.addEventListener("click", () => {
  const open = document.getElementById("screens").classList.toggle("open");
  menu.setAttribute("aria-expanded", String(open));
});

// A line that says what was done, with a way back. The last way back is also on the key u.
let lastUndo = "";
function say(text, { undo = "", bad = false } = {}) {
  const toasts = document.getElementById("toasts");
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  toast.append(text);
  if (undo) {
    lastUndo = undo;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", () => { toast.remove(); undoLast(undo); });
    toast.append(button);
  }
  toasts.append(toast);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  setTimeout(() => toast.remove(), bad ? 12000 : 8000);
}
function undoLast(path = lastUndo) {
  if (!path) return say("There is nothing to undo.");
  if (path === lastUndo) lastUndo = "";
  htmx.ajax("POST", path, { target: "#toasts", swap: "none" });
}
document.addEventListener("said", (event) => {
  const { text, undo, bad } = event.detail ?? {};
  if (text) say(text, { undo, bad });
});
const toasts = document.getElementById("toasts");
if (toasts?.dataset.said) say(toasts.dataset.said);
document.addEventListener("htmx:error", () => say("The desk does not answer. Is it still running?", { bad: true }));

// Keys. An element with data-key is clicked (or focused) by it; data-key-label says in the help what it does. Within a
// list (data-cursor) j and k move, and keys look at the current item first.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const items = () => [...document.querySelectorAll("[data-cursor] > [data-item]")];
const current = () => document.querySelector("[data-item][aria-current='true']");
function moveTo(item) {
  if (!item) return;
  current()?.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest", behavior: "auto" });
  item.dispatchEvent(new CustomEvent("desk:current", { bubbles: true }));
}
function move(step) {
  const all = items();
  const at = all.indexOf(current());
  moveTo(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]);
}
function press(key) {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const item = current();
  const found = [...(item?.querySelectorAll(selector) ?? []), ...document.querySelectorAll(selector)].find((element) => {
    const own = element.closest("[data-item]"), of = element.closest("[data-of]")?.dataset.of;
    return element.offsetParent !== null && (!own || own === item) && (!of || !item || of === item.dataset.item);
  });
  if (!found) return false;
  if (found.matches("input:not([type=checkbox]), textarea, select")) { found.focus(); found.select?.(); }
  else found.click();
  return true;
}
function showKeys() {
  const dialog = document.getElementById("keys");
  if (dialog.open) return dialog.close();
  const known = new Map([["?", "these keys"], ["u", "undo the last thing"]]);
  if (items().length) known.set("j", "next").set("k", "back");
  for (const element of document.querySelectorAll("[data-key]")) {
    known.set(element.dataset.key, element.dataset.keyLabel || element.textContent.trim() || element.getAttribute("aria-label"));
  }
  const rows = [...known].flatMap(([key, label]) => {
    const term = document.createElement("dt"), words = document.createElement("dd"), cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    words.textContent = label;
    return [term, words];
  });
  dialog.querySelector("dl").replaceChildren(...rows);
  dialog.showModal();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]:not(#keys)")) return;
  const act = { j: () => move(1), k: () => move(-1), u: () => undoLast(), "?": showKeys }[event.key];
  if (act) { event.preventDefault(); act(); } else if (event.key.length === 1 && press(event.key)) event.preventDefault();
});
// A part that is swapped keeps the place: the same item is current again.
let place = "";
document.addEventListener("desk:current", (event) => { place = event.target.id; });
document.addEventListener("htmx:after:swap", () => {
  const item = place && document.getElementById(place);
  if (item && !current()) { item.setAttribute("aria-current", "true"); if (document.activeElement === document.body) item.focus({ preventScroll: true }); }
});
document.querySelector("[data-help]")?.addEventListener("click", showKeys);
document.addEventListener("click", (event) => {
  const item = event.target.closest?.("[data-item]");
  if (item && item !== current()) { current()?.removeAttribute("aria-current"); item.setAttribute("aria-current", "true"); item.dispatchEvent(new CustomEvent("desk:current", { bubbles: true })); }
  for (const drop of document.querySelectorAll("details.drop[open]")) if (!drop.contains(event.target)) drop.open = false;
});

// What drops down stays within the window, however near to its edge the word is that opens it.
document.addEventListener("toggle", (event) => {
  const panel = event.target.matches?.("details.drop[open]:not(.scroll *)") && event.target.querySelector(":scope > .panel");
  if (!panel) return;
  panel.style.translate = "";
  const { left, right } = panel.getBoundingClientRect(), room = document.documentElement.clientWidth - 8;
  panel.style.translate = `${Math.max(8 - left, Math.min(0, room - right))}px`;
}, true);

// What scrolls sideways can be reached and scrolled by keyboard.
function reachable() {
  for (const wide of document.querySelectorAll(".scroll, pre")) {
    if (wide.scrollWidth <= wide.clientWidth || wide.hasAttribute("tabindex")) continue;
    wide.tabIndex = 0;
    wide.setAttribute("role", "region");
    wide.setAttribute("aria-label", wide.closest("section")?.querySelector("h2")?.textContent.trim() || (wide.matches("pre") ? "Text" : "Table"));
  }
}
reachable();
addEventListener("resize", reachable);
document.addEventListener("htmx:after:swap", reachable);

// Forms that ask first, and selects that send their form.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask || event.submitter?.dataset.ask;
  if (question && !confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true); // before htmx hears of it
document.addEventListener("change", (event) => { if (event.target.matches("[data-send]")) event.target.form.requestSubmit(); });

window.desk = { say, moveTo, current };
