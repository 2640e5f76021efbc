// Forms with data-draft: what was typed and not saved is saved before another form of the page is sent, and the page is
// not left without a question.
(() => {
  const typed = new Set();
  let waiting = null; // [form, button] that is sent once everything is saved

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) typed.add(form);
  });
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.matches("[data-draft]") || !typed.size) return;
      event.preventDefault();
      event.stopPropagation();
      waiting = [event.target, event.submitter];
      for (const form of [...typed]) form.requestSubmit();
    },
    true,
  );
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const sent = detail.requestConfig.elt; // detail.elt is what stands in its place by now
    if (!typed.has(sent)) return;
    if (detail.xhr.status === 0) {
      waiting = null; // the server was not reached: what was typed still stands there
      return;
    }
    typed.delete(sent);
    if (!detail.successful) waiting = null; // somebody has to look at it first
    if (!waiting || typed.size) return;
    const [form, button] = waiting;
    waiting = null;
    form.requestSubmit(button);
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed.size) event.preventDefault();
  });
})();
