// Nobody loses what they typed: leaving a form with unsaved words asks first.
const form = document.querySelector("form[data-unsaved]");
if (form) {
  let changed = form.dataset.unsaved === "yes";
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
