// The answer sheet under the hands: keys, the criterion in hand, list or one, the drawer, the tree's counts.
// Saving is not done here: fields are set and fire "input" as if a person had typed; whoever saves listens to that.
(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  const rows = document.getElementById("rows");
  const drawer = document.getElementById("drawer");
  const tree = document.getElementById("tree");
  const words = sheet.dataset;
  const kept = (name) => `touchstone.sheet.${name}`;
  const memory = { // a private window may refuse it; then nothing is remembered
    get: (name) => { try { return localStorage.getItem(kept(name)); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(kept(name), value); } catch { /* not remembered */ } },
  };
  const said = document.getElementById("said");
  const say = (text) => { said.textContent = text; };
  let telling = 0;
  const tell = (text) => { // what did not happen is said to the eye as well
    say(text);
    said.className = "ts-told";
    clearTimeout(telling);
    telling = setTimeout(() => { said.className = "visually-hidden"; }, 4000);
  };
  const here = () => rows.querySelector(".ts-row.is-current");
  const shown = () => [...rows.querySelectorAll(".ts-row:not([hidden])")];
  const formOf = (row) => row.querySelector("form[data-answer-form]");
  const titleOf = (row) => row.querySelector("h3").textContent.trim().replace(/\s+/g, " ");
  const isNarrow = () => getComputedStyle(drawer).position === "fixed";

  // --- the criterion in hand -----------------------------------------------------------------------------------
  let loading = 0;
  let current = ""; // id of its row: rows are replaced, and stay in hand

  const take = (row, { focus = true, scroll = true } = {}) => {
    if (!row) return;
    const changed = row.id !== current;
    current = row.id;
    here()?.classList.remove("is-current");
    row.classList.add("is-current");
    if (focus) row.focus({ preventScroll: true });
    if (scroll) row.scrollIntoView({ block: rows.dataset.mode === "one" ? "start" : "nearest" });
    if (!changed) return;
    memory.set(`at.${words.audit}`, row.dataset.code);
    tree.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const clause = tree.querySelector(`[data-clause="${row.dataset.clause}"]`);
    if (clause) {
      clause.setAttribute("aria-current", "true");
      const [at, seen] = [clause.getBoundingClientRect(), tree.getBoundingClientRect()];
      if (at.top < seen.top || at.bottom > seen.bottom) tree.scrollTop += at.top - seen.top - tree.clientHeight / 3;
    }
    clearTimeout(loading); // who leafs through quickly asks for nothing on the way
    if (!isNarrow()) loading = setTimeout(() => showPanel(row), 200);
  };
  const step = (by) => {
    const all = shown();
    const to = all[Math.max(0, all.indexOf(here()) + by)];
    if (to && to !== here()) take(to);
    else tell(by > 0 ? words.last : words.first);
  };
  const isAnswered = (row) => {
    const level = formOf(row).querySelector("[name=level]:checked");
    return Boolean(level) && (level.value !== "na" || Boolean(formOf(row).elements.na_reason.value.trim()));
  };
  const nextUnanswered = () => {
    const all = shown();
    const from = all.indexOf(here()) + 1;
    const to = [...all.slice(from), ...all.slice(0, from)].find((row) => !isAnswered(row));
    if (to) take(to);
    else tell(words.noneUnanswered);
  };
  // --- filters: all rows are in the page ------------------------------------------------------------------------
  const has = (row, flag) => {
    const badges = row.querySelector(".ts-badges");
    if (!(badges?.dataset.is || "").split(" ").includes(flag)) return false;
    // A reviewer's mark holds for the revision it was made on.
    return !["reviewed", "returned"].includes(flag) || badges.dataset.seen === formOf(row).elements.revision.value;
  };
  const valueOf = (row) => formOf(row).querySelector("[name=level]:checked")?.value;
  const lastYear = (row) => row.querySelector(".ts-ghost")?.dataset.value;
  const filters = {
    unanswered: (row) => !isAnswered(row),
    na: (row) => valueOf(row) === "na",
    no_evidence: (row) => isAnswered(row) && valueOf(row) !== "na" && !has(row, "evidence"),
    nonconformity: (row) => has(row, "nonconformity"),
    mandatory: (row) => has(row, "mandatory"),
    mine: (row) => has(row, "mine"),
    changed: (row) => isAnswered(row) && lastYear(row) !== undefined && lastYear(row) !== valueOf(row),
    returned: (row) => has(row, "returned"),
    unreviewed: (row) => !has(row, "reviewed") && !has(row, "returned"),
  };
  const search = document.getElementById("q");
  const select = document.getElementById("show");
  const wordsOf = (row) => [
    titleOf(row), row.querySelector(".ts-requirement").textContent,
    ...[...formOf(row).querySelectorAll("textarea")].map((field) => field.value),
  ].join(" ").toLowerCase();
  const filter = () => {
    const keep = filters[select.value] || (() => true);
    const wanted = search.value.trim().toLowerCase();
    rows.querySelectorAll(".ts-row").forEach((row) => {
      row.hidden = !keep(row) || Boolean(wanted && !wordsOf(row).includes(wanted));
    });
    const left = shown();
    document.getElementById("none").hidden = Boolean(left.length);
    const query = new URLSearchParams(Object.entries({ show: select.value, q: search.value.trim() }).filter((each) => each[1]));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    say(words.shown.replace("#", left.length));
    if (left.length && (!here() || here().hidden)) take(left[0], { focus: false, scroll: false });
  };
  let filtering = 0;
  search.addEventListener("input", () => { clearTimeout(filtering); filtering = setTimeout(filter, 150); });
  select.addEventListener("change", filter);
  search.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); here()?.focus(); });

  const setMode = (mode) => {
    rows.dataset.mode = sheet.dataset.mode = mode;
    document.querySelectorAll("button[data-mode]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      button.classList.toggle("active", button.dataset.mode === mode);
    });
    here()?.scrollIntoView({ block: "start" });
  };
  const chooseMode = (mode) => { memory.set("mode", mode); setMode(mode); };

  // --- answering -----------------------------------------------------------------------------------------------
  let typed = { text: "", at: 0, row: "" };

  const choose = (row, value) => {
    const radios = [...formOf(row).querySelectorAll("[name=level]")];
    const radio = radios.find((each) => each.value === value);
    if (!radio) return false;
    if (radio.matches(":disabled")) { tell(words.locked); return true; }
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    say(`${row.dataset.code}: ${radio.closest("label").textContent.trim()}`);
    return true;
  };
  const answer = (row, digit) => {
    // Levels of two digits: "1" and at once "0" is 10.
    const soon = typed.row === row.id && Date.now() - typed.at < 900;
    const done = (soon && choose(row, typed.text + digit)) || choose(row, digit);
    typed = { text: digit, at: Date.now(), row: row.id };
    if (!done) tell(words.noLevel);
  };
  const notApplicable = (row) => {
    if (!choose(row, "na")) { tell(words.always); return; }
    formOf(row).elements.na_reason.focus();
  };

  // --- the drawer ----------------------------------------------------------------------------------------------
  // A criterion that was opened stays in the page: a finding half written there is still there on return.
  const panelOf = (row) => {
    let panel = document.getElementById(`panel-${row.dataset.answer}`);
    if (!panel) {
      panel = document.createElement("div");
      panel.id = `panel-${row.dataset.answer}`;
      panel.className = "ts-panel";
      drawer.append(panel);
    }
    return panel;
  };
  const showPanel = async (row) => {
    const panel = panelOf(row);
    drawer.querySelector(".ts-drawer-empty")?.remove();
    drawer.querySelectorAll(".ts-panel").forEach((each) => { each.hidden = each !== panel; });
    if (panel.dataset.typed) return panel; // never replaced under somebody's words
    try {
      await htmx.ajax("GET", row.dataset.panel, { target: panel, swap: "innerHTML" });
    } catch { /* told below */ }
    if (!panel.firstElementChild) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline-primary";
      button.textContent = words.again;
      button.addEventListener("click", () => showPanel(row));
      panel.replaceChildren(words.gone, document.createElement("br"), button);
      panel.dataset.gone = "true";
    }
    return panel;
  };
  drawer.addEventListener("input", (event) => {
    const panel = event.target.closest(".ts-panel");
    if (panel) panel.dataset.typed = "true";
  });
  drawer.addEventListener("htmx:afterSwap", (event) => {
    const panel = event.target.closest(".ts-panel");
    if (panel) delete panel.dataset.typed; // what was typed was sent and came back
    drawer.querySelectorAll(".ts-section").forEach((section) => {
      const open = memory.get(`open.${section.dataset.section}`);
      if (open !== null) section.open = open === "true"; // as the reader left it, for every criterion
    });
  });
  drawer.addEventListener("toggle", (event) => {
    if (event.target.matches(".ts-section")) memory.set(`open.${event.target.dataset.section}`, event.target.open);
  }, true);
  const openDrawer = async (row, section = "") => {
    clearTimeout(loading);
    if (isNarrow()) lay(drawer);
    const panel = await showPanel(row);
    const part = section && panel.querySelector(`[data-section="${section}"]`);
    if (!part) { panel.querySelector(".ts-drawer-title")?.focus(); return Boolean(!section); }
    part.open = true;
    const field = part.querySelector("[data-first], input:not([type=hidden]), select, textarea, button, a");
    (field || part.querySelector("summary")).focus({ preventScroll: true });
    part.scrollIntoView({ block: "start" });
    return true;
  };

  // --- what lies over the page on narrow screens ---------------------------------------------------------------
  let laid = null;
  const lay = (element) => {
    if (laid) lift();
    laid = { element, back: document.activeElement };
    element.classList.add("is-open");
    document.querySelectorAll(`[data-do][aria-controls="${element.id}"]`).forEach((each) => each.setAttribute("aria-expanded", "true"));
    [document.querySelector(".ts-bar"), document.getElementById("sheet-head"), rows, tree, drawer, document.querySelector(".ts-thumb")]
      .forEach((each) => { if (each && each !== element) each.inert = true; });
    (element.querySelector("[aria-current]") || element.querySelector(".btn-close")).focus();
  };
  const lift = () => {
    if (!laid) return;
    const { element, back } = laid;
    laid = null;
    element.classList.remove("is-open");
    document.querySelectorAll(`[data-do][aria-controls="${element.id}"]`).forEach((each) => each.setAttribute("aria-expanded", "false"));
    document.querySelectorAll("[inert]").forEach((each) => { each.inert = false; });
    if (back?.isConnected) back.focus({ preventScroll: true });
  };
  window.matchMedia("(min-width: 64rem)").addEventListener("change", lift);
  window.matchMedia("(min-width: 84rem)").addEventListener("change", lift);

  // --- dialogs -------------------------------------------------------------------------------------------------
  const jump = document.getElementById("jump");
  const code = document.getElementById("jump-code");
  const help = document.getElementById("help");
  const openJump = () => {
    const list = document.getElementById("jump-codes");
    if (!list.options.length) {
      list.append(...shown().map((row) => new Option(titleOf(row), row.dataset.code)));
    }
    code.value = "";
    document.getElementById("jump-none").textContent = "";
    jump.showModal();
  };
  const found = (text) => {
    const wanted = text.trim().toLowerCase();
    const all = shown();
    if (!wanted) return undefined;
    return all.find((row) => row.dataset.code.toLowerCase() === wanted)
      || all.find((row) => row.dataset.code.toLowerCase().startsWith(wanted))
      || all.find((row) => titleOf(row).toLowerCase().includes(wanted));
  };
  jump.querySelector("form").addEventListener("submit", (event) => {
    if (event.submitter?.value !== "go") return;
    const row = found(code.value);
    if (!row) {
      event.preventDefault();
      document.getElementById("jump-none").textContent = code.dataset.none;
      return;
    }
    jump.addEventListener("close", () => take(row), { once: true });
  });

  // --- several together ----------------------------------------------------------------------------------------
  const together = document.getElementById("together");
  const picks = () => [...rows.querySelectorAll(".ts-pick input")];
  const countPicks = () => {
    const number = picks().filter((pick) => pick.checked).length;
    document.getElementById("selected").textContent = number;
    together.querySelector("[type=submit]").disabled = !number;
  };
  const selecting = (on) => {
    if (!together) return;
    together.hidden = !on;
    rows.toggleAttribute("data-selecting", on);
    const button = document.querySelector("[data-do=select]");
    button.setAttribute("aria-pressed", String(on));
    button.classList.toggle("active", on);
    if (!on) picks().forEach((pick) => { pick.checked = false; });
    countPicks();
  };
  const pick = (row) => {
    const box = row?.querySelector(".ts-pick input");
    if (!box) return;
    selecting(true);
    box.checked = !box.checked;
    countPicks();
    say(`${row.dataset.code}: ${box.checked ? words.selected : words.unselected}`);
  };
  rows.addEventListener("change", (event) => { if (event.target.closest(".ts-pick")) countPicks(); });
  if (together) selecting(picks().some((box) => box.checked)); // a browser that went back keeps the ticks

  // --- keys ----------------------------------------------------------------------------------------------------
  const doings = {
    previous: () => step(-1),
    next: () => step(1),
    unanswered: nextUnanswered,
    contents: () => lay(tree),
    drawer: (event) => {
      const row = event.target.closest(".ts-row") || here();
      if (row) { take(row, { focus: false, scroll: false }); openDrawer(row); }
    },
    close: lift,
    select: () => selecting(together.hidden),
    all: () => {
      const boxes = shown().map((row) => row.querySelector(".ts-pick input"));
      const on = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = on; });
      countPicks();
    },
    help: () => help.showModal(),
  };
  const keys = {
    n: () => step(1),
    p: () => step(-1),
    u: nextUnanswered,
    g: openJump,
    s: () => pick(here()),
    l: () => chooseMode(rows.dataset.mode === "one" ? "list" : "one"),
    "/": () => { search.focus(); search.select(); },
    "?": () => help.showModal(),
    x: () => here() && notApplicable(here()),
    y: () => here()?.querySelector(".ts-confirm")?.click(),
    r: () => here()?.querySelector("button[data-review=reviewed]")?.click(),
    b: () => {
      const open = here()?.querySelector("summary[data-review=returned]");
      if (!open) return;
      open.parentElement.open = true;
      open.parentElement.querySelector("textarea").focus();
    },
    e: () => here() && openDrawer(here(), "evidence"),
    f: () => here() && openDrawer(here(), "findings"),
    // Who may not see comments has a note to write.
    c: async () => here() && (await openDrawer(here(), "comments") || formOf(here()).elements.note.focus()),
  };
  const takesText = (element) => element.isContentEditable || element.matches(
    "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=range])",
  );
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], .modal.show, .dropdown-menu.show")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Escape") {
      if (laid) lift();
      else if (target === search && search.value) { search.value = ""; filter(); }
      else if (takesText(target)) (target.closest(".ts-row") || here())?.focus({ preventScroll: true });
      return;
    }
    if (takesText(target)) return;
    const row = here();
    if (row && /^[0-9]$/.test(event.key)) {
      if (event.repeat) return;
      event.preventDefault();
      answer(row, event.key);
    } else if (event.key === "Enter" && target === row) {
      event.preventDefault();
      formOf(row).elements.note.focus();
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault(); // the letter must not land in the field that gets the focus
      keys[event.key](event);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do], button[data-mode]");
    if (button?.dataset.do) doings[button.dataset.do]?.(event);
    else if (button) chooseMode(button.dataset.mode);
    const link = event.target.closest("#tree a[data-clause]");
    if (link) {
      const row = shown().find((each) => each.dataset.clause === link.dataset.clause);
      if (!row) return;
      event.preventDefault();
      lift();
      take(row, { scroll: false });
      (rows.dataset.mode === "one" ? row : document.getElementById(link.dataset.clause)).scrollIntoView({ block: "start" });
    }
  });
  rows.addEventListener("focusin", (event) => {
    const row = event.target.closest(".ts-row");
    if (row && row.id !== current) take(row, { focus: false, scroll: false });
  });
  rows.addEventListener("click", (event) => {
    const row = event.target.closest(".ts-row");
    if (row && row.id !== current) take(row, { focus: false, scroll: false });
  });

  // --- the tree counts what is on the page ---------------------------------------------------------------------
  const counts = {
    answered: isAnswered,
    evidence: (row) => has(row, "evidence"),
    reviewed: (row) => has(row, "reviewed"),
    nonconformity: (row) => has(row, "nonconformity"),
  };
  let counted = 0;
  const count = () => {
    const link = (clause) => tree.querySelector(`[data-clause="${clause}"]`);
    const byClause = Map.groupBy
      ? Map.groupBy(rows.querySelectorAll(".ts-row"), (row) => row.dataset.clause)
      : [...rows.querySelectorAll(".ts-row")].reduce((all, row) => all.set(row.dataset.clause, [...(all.get(row.dataset.clause) || []), row]), new Map());
    byClause.forEach((members, clause) => {
      Object.entries(counts).forEach(([name, test]) => {
        const place = link(clause)?.querySelector(`[data-count=${name}]`);
        if (!place) return;
        const number = members.filter(test).length;
        if (name === "nonconformity") { place.hidden = !number; place.firstElementChild.textContent = number; }
        else place.textContent = number;
      });
    });
  };
  // What a reviewer said of an answer ends with the next save of it.
  const endMarks = () => rows.querySelectorAll(".ts-review").forEach((review) => {
    const row = review.closest(".ts-row");
    const over = review.dataset.revision !== formOf(row).elements.revision.value;
    review.hidden = over;
    const mark = row.querySelector(".ts-mark");
    if (mark) mark.hidden = over;
  });
  const countSoon = () => { clearTimeout(counted); counted = setTimeout(() => { endMarks(); count(); }, 50); };
  rows.addEventListener("input", countSoon);
  rows.addEventListener("touchstone:answer", countSoon); // the queue has filled in a row
  document.addEventListener("htmx:afterSettle", countSoon);
  document.addEventListener("htmx:oobAfterSwap", countSoon);
  // A row that was replaced stays in hand, and what stands beside it is fetched anew.
  document.addEventListener("htmx:afterSettle", () => {
    if (!current || here()) return;
    const row = document.getElementById(current);
    row?.classList.add("is-current");
    if (row && !isNarrow()) showPanel(row);
  });

  const head = document.getElementById("sheet-head");
  new ResizeObserver(() => document.documentElement.style.setProperty("--head", `${head.offsetHeight}px`)).observe(head);

  // --- at the start --------------------------------------------------------------------------------------------
  setMode(memory.get("mode") || (window.matchMedia("(max-width: 47.99rem)").matches ? "one" : "list"));
  const start = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const named = hash && (shown().find((row) => row.id === hash || row.dataset.code === hash || row.dataset.clause === hash));
    const last = memory.get(`at.${words.audit}`);
    const row = named || shown().find((each) => each.dataset.code === last) || shown()[0];
    take(row, { focus: false, scroll: Boolean(named || (last && row?.dataset.code === last && row !== shown()[0])) });
  };
  window.addEventListener("hashchange", start);
  start();
})();
