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

  // --- who is on which clause now: said every half minute while the page is seen, nothing without a connection -------
  const sheet = document.getElementById("sheet");
  const tree = document.getElementById("tree");
  if (!sheet?.dataset.presence) return;
  const { presence, isHere } = sheet.dataset;
  const EVERY = 30_000;
  const PATIENCE = 10_000;
  let timer = 0;
  const token = () => {
    const start = `${document.getElementById("queue")?.dataset.csrf ?? "csrftoken"}=`;
    return document.cookie.split("; ").find((each) => each.startsWith(start))?.slice(start.length) ?? "";
  };
  const show = (people) => {
    tree.querySelectorAll(".ts-here").forEach((badge) => badge.remove());
    for (const { name, short, clause } of people) {
      const link = [...tree.querySelectorAll("a[data-clause]")].find((each) => each.dataset.clause === clause);
      if (!link) continue;
      const badge = Object.assign(document.createElement("span"), { className: "ts-here", title: isHere.replace("{name}", name) });
      const seen = Object.assign(document.createElement("span"), { textContent: short });
      seen.setAttribute("aria-hidden", "true");
      const heard = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: badge.title });
      badge.append(seen, heard);
      link.children[1].append(badge);
    }
  };
  const say = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    timer = setTimeout(say, EVERY);
    const clause = document.querySelector(".ts-row.is-current")?.dataset.clause ?? "";
    try {
      const response = await fetch(presence, {
        method: "POST",
        body: new URLSearchParams({ clause }),
        headers: { "X-CSRFToken": token() },
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
      show(response.ok ? (await response.json()).people : []);
    } catch {
      show([]);
    }
  };
  document.addEventListener("visibilitychange", say);
  window.addEventListener("online", say);
  window.addEventListener("offline", () => show([]));
  say();
})();
