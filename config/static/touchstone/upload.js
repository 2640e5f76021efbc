// Say before an upload begins that its files are too large together: the server would refuse them.
"use strict";

document.querySelectorAll("input[type=file][data-most-bytes]").forEach((input) => {
  input.addEventListener("change", () => {
    const most = Number(input.dataset.mostBytes);
    const size = Array.from(input.files).reduce((sum, file) => sum + file.size, 0);
    input.setCustomValidity(size > most ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
});
