// Queues: a card that was put in place anew, after something was done to it, has its clocks read again.
"use strict";

const list = document.getElementById("cards");
new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === Node.ELEMENT_NODE);
  const fresh = new Set(added.map((node) => node.id));
  for (const card of added.filter((node) => node.matches("[data-item]"))) {
    const strip = `q-${card.dataset.item}`;
    if (!fresh.has(strip)) document.getElementById(strip)?.dispatchEvent(new CustomEvent("queue:changed"));
  }
}).observe(list, { childList: true });
