// Working together on the sheet: names put into a comment, and who is on which clause now.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mention]");
    const field = button?.form?.elements.text;
    if (!field) return;
    const before = field.value.slice(0, field.selectionStart);
    const space = before && !/[\s([{（「]$/.test(before) ? " " : "";
    field.setRangeText(`${space}@${button.dataset.mention} `, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
