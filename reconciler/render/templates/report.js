
"use strict";
(() => {
  const changes = document.getElementById("changes");
  const controls = changes.querySelector(".controls");
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const flat = (text) => text.normalize("NFKC").toLowerCase();

  // Texts are read once: a search then touches nothing but rows that appear or disappear.
  const views = {};
  for (const view of changes.querySelectorAll("[data-view]")) {
    views[view.dataset.view] = {
      element: view,
      blocks: [...view.querySelectorAll(".block")].map((block) => ({
        element: block,
        cards: [...block.querySelectorAll(".card")].map((card) => {
          const table = card.querySelector("table");
          const rows = [...table.tBodies[0].rows].map((row) => ({
            element: row,
            text: flat(row.textContent),
            flags: row.dataset.flags,
            times: Number(row.dataset.times),
            out: false,
          }));
          const heading = [...card.children].filter((child) => child !== table);
          const title = block.querySelector("h3").textContent;
          return { element: card, text: flat(title + " " + heading.map((child) => child.textContent).join(" ")), rows, out: false };
        }),
        out: false,
      })),
    };
  }

  const place = (one, out) => {
    if (one.out !== out) {
      one.element.hidden = out;
      one.out = out;
    }
  };

  const update = () => {
    const words = flat(search.value).split(/\s+/).filter(Boolean);
    const flags = [...controls.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.name);
    const by = controls.querySelector("input[name=by]:checked").value;
    let found = 0;
    let all = 0;
    for (const [name, view] of Object.entries(views)) {
      view.element.hidden = name !== by;
      if (name !== by) continue;
      for (const block of view.blocks) {
        let cards = 0;
        for (const card of block.cards) {
          const missing = words.filter((word) => !card.text.includes(word));
          let rows = 0;
          for (const row of card.rows) {
            const fits = missing.every((word) => row.text.includes(word)) && flags.every((flag) => row.flags.includes(flag));
            place(row, !fits);
            rows += fits ? 1 : 0;
            found += fits ? row.times : 0;
            all += row.times;
          }
          place(card, rows === 0);
          cards += rows ? 1 : 0;
        }
        place(block, cards === 0);
      }
    }
    shown.textContent = found === all ? `${all} changes` : `${found} of ${all} changes`;
  };

  controls.hidden = false;
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("input", update);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  update();
})();
