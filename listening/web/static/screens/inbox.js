// The inbox: what is selected, and forms of the list that act on it.
"use strict";

const bulk = document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll("#cards input[name=mention][type=checkbox]")];
function count() {
  if (!bulk) return;
  const chosen = boxes().filter((box) => box.checked).length;
  bulk.hidden = chosen === 0;
  bulk.querySelector("[data-selected]").textContent = chosen;
}
document.addEventListener("change", (event) => { if (event.target.matches("#cards input[type=checkbox]")) count(); });
bulk?.querySelector("[data-select-all]").addEventListener("click", () => { for (const box of boxes()) box.checked = true; count(); });
bulk?.querySelector("[data-select-none]").addEventListener("click", () => { for (const box of boxes()) box.checked = false; count(); });
document.addEventListener("htmx:after:swap", count);

// On a narrow screen the chosen mention is below the list: bring it into sight when it was asked for by a tap.
document.getElementById("cards")?.addEventListener("click", (event) => {
  if (event.target.closest("button, a, input, form")) return;
  if (matchMedia("(max-width: 1060px)").matches) setTimeout(() => document.getElementById("detail").scrollIntoView({ behavior: "smooth" }), 400);
});
