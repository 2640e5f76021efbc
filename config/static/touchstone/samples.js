// Planning a sample: only the fields of the chosen method are shown. Without this script all are there, and the server takes those that count.
(() => {
  const form = document.querySelector("[data-sample-plan]");
  const asked = JSON.parse(form.querySelector("[data-asked]").dataset.asked);
  const every = new Set(Object.values(asked).flat());
  const show = () => {
    const wanted = asked[form.elements.method.value] || [];
    every.forEach((name) => { document.getElementById(`div_id_${name}`).hidden = !wanted.includes(name); });
    document.getElementById("div_id_population").hidden = form.elements.method.value === "judgemental";
  };
  form.addEventListener("change", show);
  show();
})();
