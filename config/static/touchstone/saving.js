// Saving the answer sheet: says truthfully what is saved, sends again what did not arrive, never drops a typed word.
(() => {
  const waiting = new Set(); // forms with content that the server has not confirmed
  const inFlight = new Set();
  const RETRY = 5000;

  const show = () => {
    const line = document.getElementById("save-state");
    if (!line) return;
    const words = line.dataset;
    if (document.querySelector(".ts-state[data-problem]")) line.textContent = words.problem;
    else if (inFlight.size) line.textContent = words.saving;
    else if (waiting.size) line.textContent = words.waiting;
    else line.textContent = words.saved;
  };
  const isSave = (event) => event.target.matches?.("form[data-answer-form]");

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-answer-form]");
    if (form) waiting.add(form);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isSave(event)) return;
    inFlight.add(event.target);
    waiting.delete(event.target); // what is typed from now on is a new change
    show();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSave(event)) return;
    inFlight.delete(event.target);
    // 0: no answer at all; 5xx: the server could not. Both keep the entry and are sent again.
    const status = event.detail.xhr.status;
    if (status === 0 || status >= 500) waiting.add(event.target);
    show();
  });
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("htmx:oobAfterSwap", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (!button) return;
    // Until this click the form keeps its old revision: who types on must not overwrite the other answer unasked.
    const form = button.closest("form");
    form.elements.revision.value = button.dataset.save;
    htmx.trigger(form, "save");
  });
  const again = () => waiting.forEach((form) => {
    if (!form.isConnected) waiting.delete(form); // replaced by the stored answer, as the reader chose
    else if (!inFlight.has(form)) htmx.trigger(form, "save");
  });
  setInterval(again, RETRY);
  window.addEventListener("online", again);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size || inFlight.size) event.preventDefault();
  });
})();
