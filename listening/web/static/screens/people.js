// A person's page: what was just changed can be undone at once; reading the page again does not offer it again.
"use strict";

const changed = document.querySelector("[data-changed]");
if (changed) {
  desk.say(changed.dataset.changed, { undo: changed.dataset.undo });
  const address = new URL(location.href);
  address.searchParams.delete("change");
  history.replaceState(null, "", address);
}
