"use strict";
(function () {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const text = document.getElementById("filter-text");
  const status = document.getElementById("filter-status");
  const flag = document.getElementById("filter-flag");
  const count = document.getElementById("count");
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const plain = (words) => words.normalize("NFD").replace(/\p{Mark}/gu, "").toLowerCase();
  const words = rows.map((row) => plain(row.textContent));

  function filter() {
    const wanted = plain(text.value.trim());
    let shown = 0;
    rows.forEach((row, position) => {
      const flags = row.dataset.flags.split(" ");
      row.hidden = !(
        words[position].includes(wanted) &&
        (!status.value || row.dataset.status === status.value) &&
        (!flag.value || flags.includes(flag.value))
      );
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = shown + " of " + rows.length + " shown";
  }

  function compare(first, second, column) {
    const a = first.cells[column];
    const b = second.cells[column];
    if (a.dataset.value === undefined) {
      return order.compare(a.textContent.trim(), b.textContent.trim());
    }
    return (a.dataset.value === "" ? -1 : Number(a.dataset.value)) - (b.dataset.value === "" ? -1 : Number(b.dataset.value));
  }

  function sort(header) {
    const up = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) {
      other.removeAttribute("aria-sort");
    }
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const sorted = rows.slice().sort((a, b) => (up ? 1 : -1) * compare(a, b, header.cellIndex));
    body.append(...sorted);
  }

  for (const header of table.tHead.rows[0].cells) {
    if (header.classList.contains("unsorted")) {
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(header));
    header.replaceChildren(button);
  }
  for (const control of [text, status, flag]) {
    control.addEventListener("input", filter);
  }
  document.getElementById("filters").hidden = false;
  filter();
})();
