// A form shows the fields that its kind asks for.
"use strict";

const kind = document.querySelector("select[data-kind]");
const show = () => { for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value); };
kind?.addEventListener("change", show);
if (kind) show();
