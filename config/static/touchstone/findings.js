// Parts of a form that belong to one choice: <input type=radio data-shows="cause" value="fishbone"> shows
// data-when="cause:fishbone" and hides its siblings. Without this script everything is shown.
const follow = (radio) => {
  const [kind, chosen] = [radio.dataset.shows, radio.checked ? radio.value : null];
  if (chosen === null) return;
  document.querySelectorAll(`[data-when^="${kind}:"]`).forEach((part) => { part.hidden = part.dataset.when !== `${kind}:${chosen}`; });
};
const kinds = new Set();
document.querySelectorAll("input[data-shows]").forEach((radio) => {
  kinds.add(radio.dataset.shows);
  radio.addEventListener("change", () => follow(radio));
  follow(radio);
});
kinds.forEach((kind) => {
  if (!document.querySelector(`input[data-shows="${kind}"]:checked`)) document.querySelectorAll(`[data-when^="${kind}:"]`).forEach((part) => { part.hidden = true; });
});
