// A source's page while it is being asked: opened again until the run has ended.
"use strict";
{
  const going = document.querySelector("#going[data-refresh]");
  if (going) setTimeout(() => location.replace(location.pathname + location.search), Number(going.dataset.refresh));
}
