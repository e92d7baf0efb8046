"use strict";
/* Tables that sort, and where the page asks for it filter. Words come from the page's data attributes. */
(function () {
  const words = document.body.dataset;

  function sortValue(cell) {
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  }

  function isMissing(cell) {
    return cell.dataset.value === undefined && ["", "–", "..", "-", "."].includes(cell.textContent.trim());
  }

  function sortBy(table, header, column, status) {
    const descending = header.getAttribute("aria-sort") === "ascending" ||
      (header.classList.contains("number") && header.getAttribute("aria-sort") !== "descending");
    order(table, column, descending);
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    status.textContent = (descending ? words.sortedDown : words.sortedUp).replace("{column}", header.textContent.trim());
  }

  function order(table, column, descending) {
    /* Names of places are Swedish on every page: Å, Ä and Ö come last. */
    const collator = new Intl.Collator("sv", { numeric: true });
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const turn = descending ? -1 : 1;
    rows.sort(function (one, other) {
      const a = one.cells[column], b = other.cells[column];
      const missing = Number(isMissing(a)) - Number(isMissing(b));
      if (missing || isMissing(a)) return missing;
      const x = sortValue(a), y = sortValue(b);
      if (typeof x === "number" && typeof y === "number") return turn * (x - y);
      return turn * collator.compare(String(x), String(y));
    });
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const status = document.createElement("p");
    status.className = "hidden-text";
    status.setAttribute("role", "status");
    table.parentElement.after(status);
    const headers = table.tHead.rows[table.tHead.rows.length - 1].cells;
    Array.from(headers).forEach(function (header, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent.trim();
      button.addEventListener("click", function () { sortBy(table, header, column, status); });
      header.replaceChildren(button);
    });
    /* Figures of another month: the order that the headings tell is made again. */
    table.addEventListener("filled", function () {
      const column = Array.from(headers).findIndex(function (header) { return header.hasAttribute("aria-sort"); });
      if (column >= 0) order(table, column, headers[column].getAttribute("aria-sort") === "descending");
    });
  }

  /* Rows that hold every word that was typed, in any of their cells; capitals are no matter. */
  function folded(text) {
    return text.toLocaleLowerCase(document.documentElement.lang);
  }

  function filterBy(table, text, status) {
    const wanted = folded(text).split(/\s+/).filter(Boolean);
    const rows = Array.from(table.tBodies[0].rows);
    let shown = 0;
    for (const row of rows) {
      const said = folded(row.textContent);
      row.hidden = !wanted.every(function (word) { return said.includes(word); });
      if (!row.hidden) shown += 1;
    }
    status.textContent = wanted.length
      ? words.filtered.replace("{shown}", String(shown)).replace("{total}", String(rows.length))
      : "";
  }

  for (const table of document.querySelectorAll("table.filterable")) {
    const label = document.createElement("label");
    label.className = "table-filter";
    const field = document.createElement("input");
    field.type = "search";
    field.autocomplete = "off";
    label.append(words.filter + " ", field);
    const status = document.createElement("p");
    status.className = "note";
    status.setAttribute("role", "status");
    table.parentElement.before(label, status);
    field.addEventListener("input", function () { filterBy(table, field.value, status); });
    table.addEventListener("filled", function () { if (field.value) filterBy(table, field.value, status); });
  }
})();
