// Taking audits along, and leaving nothing behind: packages, whose browser this is, signing out.
(async () => {
  const place = document.getElementById("queue");
  if (!place || !window.touchstone.ready) return;
  const words = place.dataset;
  const user = Number(words.user);
  const hasCaches = "caches" in window && "serviceWorker" in navigator && window.isSecureContext;
  const nameOf = (audit) => `touchstone-u${user}-a${audit}`;
  const DAY = 86_400_000;
  const AT_ONCE = 4;

  if (hasCaches) {
    navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
    // Pages of whoever was signed in before are gone at once; what they typed and did not send is kept for them.
    const now = await caches.open("touchstone-now");
    const before = await now.match("/now");
    if (before && Number(await before.text()) !== user) {
      const others = (await caches.keys()).filter((name) => name.startsWith("touchstone-u") && !name.startsWith(`touchstone-u${user}-`));
      await Promise.all(others.map((name) => caches.delete(name)));
    }
    await now.put("/now", new Response(String(user)));
  }
  const { queue, sender } = await window.touchstone.ready;
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

  // --- packages ----------------------------------------------------------------------------------------------------

  const assetsOf = () => [
    ...[...document.querySelectorAll("script[src]")].map((each) => each.src),
    ...[...document.querySelectorAll("link[rel~=stylesheet], link[rel~=icon], link[rel=manifest]")].map((each) => each.href),
    ...[...document.images].map((each) => each.currentSrc || each.src),
    ...performance.getEntriesByType("resource").map((each) => each.name),
  ].filter((url, at, all) => url.startsWith(`${location.origin}/static/`) && all.indexOf(url) === at);

  const store = async (cache, url, expires) => {
    const response = await fetch(url, { cache: "no-store", redirect: "error", headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const headers = new Headers(response.headers);
    headers.set("X-Touchstone-Expires", String(expires));
    await cache.put(url, new Response(await response.blob(), { status: 200, headers }));
  };
  const take = async (button) => {
    const line = button.closest("[data-package]").querySelector("[data-package-state]");
    button.disabled = true;
    const audit = Number(button.dataset.take);
    // From the first page on: what is saved while the others come is newer than they are.
    document.dispatchEvent(new CustomEvent("touchstone:packaged", { detail: { packaged: true } }));
    try {
      line.textContent = words.taking;
      const response = await fetch(button.dataset.url, { redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      const parcel = await response.json();
      // By this device's own clock, from now: a clock that is wrong by months is wrong by as much at the end.
      const expires = Date.now() + parcel.days * DAY;
      await navigator.storage?.persist?.();
      await caches.delete(nameOf(audit));
      const cache = await caches.open(nameOf(audit));
      let done = 0;
      const left = [...parcel.urls];
      const worker = async () => {
        for (let url = left.shift(); url; url = left.shift()) {
          await store(cache, url, expires);
          line.textContent = filled(words.takingPart, { done: ++done, all: parcel.urls.length });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const kept = await caches.open("touchstone-static");
      const assets = new Set(assetsOf());
      await fetch(parcel.sheet, { headers: { Accept: "text/html" } }).then((page) => page.text()).then((html) => {
        for (const each of new DOMParser().parseFromString(html, "text/html").querySelectorAll("script[src], link[href]")) {
          const url = new URL(each.getAttribute("src") ?? each.getAttribute("href"), location.origin);
          if (url.pathname.startsWith("/static/")) assets.add(url.href);
        }
      });
      await Promise.all([...assets].map((url) => kept.add(url).catch(() => {})));
      await queue.keepPackage({ audit, expires, expiresText: parcel.expires });
    } catch (error) {
      document.dispatchEvent(new CustomEvent("touchstone:packaged", { detail: { packaged: false } }));
      await caches.delete(nameOf(audit));
      await queue.dropPackage(audit).catch(() => {});
      line.textContent = error.name === "QuotaExceededError" ? words.full : words.notTaken;
      button.disabled = false;
      return;
    }
    button.disabled = false;
    await showPackages();
  };
  const drop = async (audit) => {
    await caches.delete(nameOf(audit));
    await queue.dropPackage(audit);
    document.dispatchEvent(new CustomEvent("touchstone:packaged", { detail: { packaged: false } }));
    await showPackages();
  };
  const showPackages = async () => {
    const packages = await queue.packages();
    for (const each of packages.filter(({ expires }) => expires < Date.now())) {
      await caches.delete(nameOf(each.audit));
      await queue.dropPackage(each.audit);
    }
    for (const part of document.querySelectorAll("[data-package]")) {
      part.hidden = !hasCaches;
      const button = part.querySelector("[data-take]");
      const found = packages.find((each) => each.audit === Number(button.dataset.take) && each.expires >= Date.now());
      part.querySelector("[data-package-state]").textContent = found ? filled(words.taken, { date: found.expiresText }) : "";
      button.textContent = found ? words.renew : words.take;
      part.querySelector("[data-drop]").hidden = !found;
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take], [data-drop]");
    if (button?.dataset.take) take(button);
    else if (button) drop(Number(button.closest("[data-package]").querySelector("[data-take]").dataset.take));
  });

  // --- what waits: a list, a file, and the question before signing out ----------------------------------------------

  const dialog = document.getElementById("waiting");
  const says = (row) => row.kind === "form"
    ? row.fields.filter(([name]) => name !== "csrfmiddlewaretoken").map(([, value]) => (value instanceof File ? value.name : value)).filter(Boolean).join(" · ")
    : [row.content.level === "na" ? `N/A: ${row.content.na_reason}` : row.content.level, row.content.note].filter(Boolean).join(" · ");
  const list = async () => {
    const rows = await queue.all();
    document.getElementById("waiting-list").replaceChildren(...rows.map((row) => {
      const item = document.createElement("li");
      const code = Object.assign(document.createElement("b"), { textContent: `${row.code} ` });
      const text = Object.assign(document.createElement("span"), { textContent: says(row) });
      const note = Object.assign(document.createElement("p"), { className: "ts-muted mb-1", textContent: row.message });
      item.append(code, text, note);
      if (!["waiting", "conflict"].includes(row.state)) {
        for (const [what, label] of [["again", words.again], ["discard", words.discard]]) {
          const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm ts-quiet", textContent: label });
          button.dataset[what] = row.id;
          item.append(button);
        }
      }
      return item;
    }));
    document.getElementById("waiting-none").hidden = rows.length > 0;
    return rows;
  };
  const file = async () => {
    const rows = await queue.all();
    const text = rows.map((row) => `${row.code}\t${row.at}\t${row.state}\n${says(row)}\n${row.message ?? ""}\n`).join("\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = "touchstone.txt";
    link.click();
    for (const row of rows) {
      for (const [, value] of row.kind === "form" ? row.fields : []) {
        if (value instanceof File) Object.assign(document.createElement("a"), { href: URL.createObjectURL(value), download: value.name }).click();
      }
    }
  };
  const wipe = async () => {
    if (hasCaches) {
      const names = (await caches.keys()).filter((name) => name.startsWith(`touchstone-u${user}-`) || name === "touchstone-now");
      await Promise.all(names.map((name) => caches.delete(name)));
    }
    queue.close();
    await window.touchstone.forgetQueue(user);
    try {
      localStorage.clear();
    } catch { /* a private window keeps none */ }
  };
  let leaving = null; // the form that signs out
  const leave = async () => {
    await wipe();
    leaving.submit();
  };
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("form[action$='/account/logout/']")) return;
    event.preventDefault();
    leaving = event.target;
    if (!(await list()).length) {
      await leave();
      return;
    }
    document.getElementById("waiting-leave").hidden = false;
    dialog.showModal();
  });
  dialog.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.again) await queue.change(Number(button.dataset.again), { state: "waiting", message: "" });
    if (button.dataset.discard && window.confirm(words.discardQuestion)) {
      await queue.delete(Number(button.dataset.discard));
      sender.spread("changed");
    }
    if (button.dataset.again || button.dataset.discard) {
      sender.hurry();
      await list();
    }
    if (button.id === "waiting-file") await file();
    if (button.id === "waiting-wipe") await leave();
    if (button.id === "waiting-close") dialog.close();
  });
  const badge = document.getElementById("waiting-open");
  const count = async () => {
    const rows = await queue.all().catch(() => []);
    const number = new Set(rows.map((row) => (row.kind === "answer" ? `${row.answer}` : row.key))).size;
    badge.hidden = !number;
    badge.textContent = filled(words.badge, { number });
    if (dialog.open) await list();
  };
  badge.addEventListener("click", async () => {
    await list();
    document.getElementById("waiting-leave").hidden = true;
    dialog.showModal();
  });
  for (const name of ["changed", "settled", "posted"]) sender.addEventListener(name, count);
  document.addEventListener("touchstone:queue", count);

  // --- evidence and findings without a connection -------------------------------------------------------------------

  const keep = async (key, answer, path, fields) => {
    const row = document.querySelector(`[data-answer="${answer}"]`);
    const audit = Number(row?.closest("[data-audit]")?.dataset.audit) || null;
    await queue.keepForm({ key, audit, answer: Number(answer), code: row?.dataset.code ?? "", path, fields });
    sender.connection("offline");
    sender.soon();
    count();
  };
  const QUEUED = /^\/audits\/answers\/(\d+)\/(evidence|findings|comments)\/$/;
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.target;
    const token = document.cookie.split("; ").find((each) => each.startsWith(`${words.csrf}=`));
    if (token) event.detail.headers["X-CSRFToken"] = token.slice(words.csrf.length + 1); // a kept page has an old one
    if (!form.matches?.("form") || event.detail.verb !== "post" || !QUEUED.test(event.detail.path)) return;
    form.dataset.key ||= window.touchstone.newKey(); // sent again after a lost answer, it is done once
    event.detail.headers["Idempotency-Key"] = form.dataset.key;
  });
  document.addEventListener("htmx:sendError", async (event) => {
    const form = event.target;
    const path = event.detail.requestConfig?.path ?? "";
    const [, answer] = QUEUED.exec(path) ?? [];
    if (!answer || !form.matches?.("form")) return;
    await keep(form.dataset.key, answer, path, [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
    form.reset();
    delete form.dataset.key;
    delete form.closest(".ts-panel")?.dataset.typed;
    const note = Object.assign(document.createElement("p"), { className: "alert alert-warning", role: "status", textContent: words.keptForm });
    form.querySelectorAll("[role=status]").forEach((each) => each.remove());
    form.prepend(note);
  });
  // A file that evidence.js would send, or failed to.
  document.addEventListener("touchstone:upload", (event) => {
    const { answer, url, file, fields, failed } = event.detail;
    if (sender.link === "online" && !failed) return;
    event.preventDefault();
    const stated = Object.entries(fields).filter(([, value]) => value);
    keep(window.touchstone.newKey(), answer, new URL(url, location.href).pathname, [...stated, ["file", file]]);
  });
  sender.addEventListener("posted", ({ detail: { row } }) => {
    const panel = document.getElementById(`panel-${row.answer}`);
    const article = document.querySelector(`[data-answer="${row.answer}"]`);
    if (panel && article && !panel.dataset.typed) htmx.ajax("GET", article.dataset.panel, { target: panel, swap: "innerHTML" });
  });

  await showPackages();
  await count();
  document.documentElement.dataset.offline = "ready";
})();
