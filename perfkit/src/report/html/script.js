"use strict";
for (const table of document.querySelectorAll("table.all")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const tools = document.createElement("div");
  tools.className = "tools";
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Filter by name";
  search.setAttribute("aria-label", "Filter benchmarks by name");
  const label = document.createElement("label");
  const changed = document.createElement("input");
  changed.type = "checkbox";
  label.append(changed, " only changed");
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  tools.append(search, label, count);
  table.closest(".scroll").before(tools);
  const isChanged = new Map(rows.map(row => [row, row.querySelector("span.worse,span.better,.bad,.caution") !== null]));
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const name = row.cells[0].textContent.toLowerCase();
      row.hidden = !words.every(word => name.includes(word)) || (changed.checked && !isChanged.get(row));
      if (!row.hidden) shown += 1;
    }
    count.textContent = shown === rows.length ? "" : shown + " of " + rows.length;
  };
  search.addEventListener("input", filter);
  changed.addEventListener("change", filter);
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (head.textContent === "Trend") return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = row => {
        const cell = row.cells[column];
        if (cell.dataset.v !== undefined) return parseFloat(cell.dataset.v);
        return column === 0 ? cell.textContent : null;
      };
      const compare = (a, b) => {
        if (a === null || b === null) return (a === null) - (b === null);
        const order = typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b;
        return descending ? -order : order;
      };
      const keyed = rows.map(row => [key(row), row]);
      keyed.sort((a, b) => compare(a[0], b[0]));
      body.append(...keyed.map(pair => pair[1]));
    });
  });
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(one => { one.open = true; }));
