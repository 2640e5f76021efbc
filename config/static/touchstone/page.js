// Small habits of every page: ask before what cannot be undone, say when the server could not be reached.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}, true);
