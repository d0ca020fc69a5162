"use strict";
function sortBy(head) {
  const body = head.closest("table").tBodies[0], column = head.cellIndex;
  const down = head.getAttribute("aria-sort") === "ascending", rows = Array.from(body.rows);
  const key = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const numeric = rows.every(row => key(row) === "" || !isNaN(key(row)));
  const order = (a, b) => a === "" ? 1 : b === "" ? -1 : numeric ? a - b : a.localeCompare(b);
  rows.sort((a, b) => down && key(a) !== "" && key(b) !== "" ? order(key(b), key(a)) : order(key(a), key(b)));
  body.append(...rows);
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
}
for (const button of document.querySelectorAll("th button"))
  button.addEventListener("click", () => sortBy(button.parentNode));

const tip = document.getElementById("tip");
function show(mark) {
  const box = mark.getBoundingClientRect();
  tip.textContent = mark.querySelector("title").textContent;
  tip.hidden = false;
  tip.style.left = Math.max(4, Math.min(box.right + 8, innerWidth - tip.offsetWidth - 4)) + "px";
  tip.style.top = Math.max(4, box.top - tip.offsetHeight - 4) + "px";
}
for (const mark of document.querySelectorAll(".mark")) {
  for (const event of ["pointerenter", "focus"]) mark.addEventListener(event, () => show(mark));
  for (const event of ["pointerleave", "blur"]) mark.addEventListener(event, () => { tip.hidden = true; });
}
