// The score card: saved as it is filled, a live total, digits choose a level, Ctrl+Enter hands in.
(() => {
  const card = document.getElementById("card");
  if (!card) return;
  const said = document.getElementById("card-said");
  const total = document.getElementById("card-total");
  const rows = [...card.querySelectorAll("fieldset")];
  let timer = null;
  let running = false;
  let again = false;
  let stopped = false;
  let waiting = null; // the button that was pressed while a save was on its way

  const chosen = (row) => row.querySelector("input:checked");

  const show = () => {
    let sum = 0;
    let weights = 0;
    let complete = true;
    for (const row of rows) {
      const input = chosen(row);
      row.querySelector(".ts-anchor").textContent = input ? input.dataset.anchor.trim() : "";
      if (!input) complete = false;
      else {
        sum += Number(row.dataset.weight) * Number(input.value);
        weights += Number(row.dataset.weight);
      }
    }
    total.textContent = complete && weights ? (sum / weights).toFixed(2) : "–";
  };

  const save = async () => {
    if (running || stopped) {
      again = true;
      return;
    }
    running = true;
    again = false;
    try {
      const answer = await fetch(card.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new FormData(card),
      });
      const found = await answer.json();
      said.textContent = found.said;
      if (answer.status === 409) stopped = true; // another window saved: nothing is overwritten
      if (answer.ok) card.elements.revision.value = found.revision;
    } catch {
      said.textContent = card.dataset.failed;
      timer = setTimeout(save, 5000);
    } finally {
      running = false;
      if (waiting) card.requestSubmit(waiting);
      else if (again && !stopped) save();
    }
  };

  const soon = () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(save, 500);
  };

  card.addEventListener("input", soon);
  card.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault(); // on the revision that the save under way brings back
    waiting = event.submitter;
  });
  card.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      clearTimeout(timer);
      const hand = card.querySelector("button[name=hand]");
      if (hand) card.requestSubmit(hand);
      return;
    }
    if (event.target.matches("textarea") || event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return;
    const row = event.target.closest("fieldset");
    const input = row && row.querySelector(`input[value="${event.key}"]`);
    if (!input || row.disabled) return;
    event.preventDefault();
    input.checked = true;
    soon();
    const next = rows[rows.indexOf(row) + 1];
    if (next) (chosen(next) || next.querySelector("input")).focus();
  });
  show();
})();
