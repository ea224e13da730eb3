"use strict";
(() => {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const words = new Intl.Collator("zh-CN", { numeric: true });

  const compare = (column, isNumber) => (a, b) => {
    const [x, y] = [a, b].map((row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim());
    if (x === "" || y === "") return (x === "") - (y === "");
    return isNumber ? Number(x) - Number(y) : words.compare(x, y);
  };

  const sort = (table, heading, column) => {
    const isDescending = heading.getAttribute("aria-sort") === "ascending";
    const order = compare(column, heading.classList.contains("num"));
    const isEmpty = (row) => (row.cells[column].dataset.v ?? row.cells[column].textContent.trim()) === "";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const filled = rows.filter((row) => !isEmpty(row)).sort(order);
    if (isDescending) filled.reverse();
    body.append(...filled, ...rows.filter(isEmpty));
    all("th[aria-sort]", table.tHead).forEach((other) => other.setAttribute("aria-sort", "none"));
    heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
  };

  all("table[data-sortable]").forEach((table) => {
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.setAttribute("aria-sort", "none");
      heading.append(button);
    });
  });

  all("[data-controls]").forEach((controls) => {
    controls.hidden = false;
    const input = controls.querySelector("input");
    const targets = all(controls.dataset.controls);
    const said = controls.querySelector("output");
    const find = () => {
      const parts = input.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      targets.forEach((target) => {
        const text = target.textContent.normalize("NFKC").toLowerCase();
        target.hidden = !parts.every((part) => text.includes(part));
        found += !target.hidden;
      });
      said.textContent = parts.length ? `找到 ${found} 项，共 ${targets.length} 项` : `共 ${targets.length} 项`;
    };
    if (input) {
      input.addEventListener("input", find);
      find();
    }
    all("button[data-open]", controls).forEach((button) =>
      button.addEventListener("click", () => targets.forEach((each) => { each.open = button.dataset.open === "1"; })));
    all("button[data-print]", controls).forEach((button) => button.addEventListener("click", () => window.print()));
  });

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
