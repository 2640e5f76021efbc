// The answer sheet and the queue: what is typed goes to the queue first, what the server says comes back to its row.
// Of a row it needs <article data-answer data-code><form data-answer-form> with level, na_reason, note and revision.
(async () => {
  const place = document.getElementById("queue-sheet");
  if (!place || !window.touchstone.ready) return;
  const { queue, sender } = await window.touchstone.ready;
  const words = place.dataset;
  const same = window.touchstone.sameContent;
  const audit = Number(words.audit);
  const rows = new Map(); // answer -> {form, article, answer, code, revision, base, known, dirty, writing}
  let counts = { waiting: 0, conflict: 0, problem: 0 };

  const read = (form) => ({
    level: form.elements.level ? [...form.querySelectorAll("[name=level]")].find((each) => each.checked)?.value ?? "" : "",
    na_reason: form.elements.na_reason?.value ?? "",
    note: form.elements.note?.value ?? "",
  });
  const printed = (form) => ({ // as the page came, before anybody typed
    level: [...form.querySelectorAll("[name=level]")].find((each) => each.defaultChecked)?.value ?? "",
    na_reason: form.elements.na_reason?.defaultValue ?? "",
    note: form.elements.note?.defaultValue ?? "",
  });
  const write = (row, content) => {
    for (const each of row.form.querySelectorAll("[name=level]")) each.checked = each.value === content.level;
    for (const name of ["na_reason", "note"]) {
      const field = row.form.elements[name];
      if (field && field.value !== content[name]) field.value = content[name];
    }
    row.known = read(row.form);
    row.article.dispatchEvent(new CustomEvent("touchstone:answer", { bubbles: true, detail: content }));
  };
  const stand = (row, revision, base) => {
    row.revision = revision;
    row.base = base;
    row.form.elements.revision.value = revision;
    row.article.dataset.revision = revision;
  };
  const untouched = (row) => !row.dirty && !row.writing && same(read(row.form), row.known);

  const rowOf = (form) => {
    const article = form.closest("[data-answer]");
    const answer = Number(article.dataset.answer);
    const found = rows.get(answer);
    if (found?.form === form) return found;
    const content = printed(form);
    const row = {
      form, article, answer, code: article.dataset.code ?? "", dirty: false, writing: false,
      revision: Number(form.elements.revision.value), base: content, known: content,
    };
    rows.set(answer, row);
    return row;
  };

  // --- what a row says ---------------------------------------------------------------------------------------------

  const stateOf = (row) => {
    const found = row.article.querySelector(`#state-${row.answer}`);
    if (found) return found;
    const made = Object.assign(document.createElement("div"), { className: "ts-state", id: `state-${row.answer}` });
    row.form.append(made);
    return made;
  };
  const say = (row, text, kind = "") => {
    const place = stateOf(row);
    place.removeAttribute("role");
    place.toggleAttribute("data-problem", kind === "problem");
    if (kind === "problem") {
      place.setAttribute("role", "alert");
      place.replaceChildren(Object.assign(document.createElement("div"), { className: "alert alert-danger", textContent: text }));
    } else {
      place.replaceChildren(Object.assign(document.createElement("span"), { className: "ts-muted", textContent: text }));
    }
    row.article.classList.remove("has-conflict");
  };
  const choice = (row, change) => {
    const place = stateOf(row);
    if (place.querySelector(`[data-merge="${change.key}"]`)) return;
    place.innerHTML = change.html; // made and escaped by our own server
    place.toggleAttribute("data-problem", true);
    row.article.classList.add("has-conflict");
    if (change.draft) {
      place.querySelector("[data-merge-note]").value = change.draft.note;
      const picked = place.querySelector(`input[value="${change.draft.side}"]`);
      if (picked) picked.checked = true;
    }
  };
  const showChange = (row, change) => {
    if (change.state === "conflict") choice(row, change);
    else if (change.state === "waiting") say(row, sender.link === "online" ? words.saving : words.keptHere);
    else say(row, change.successor ? `${change.message} ${words.successor} ${change.successor.code}` : change.message, "problem");
  };

  // --- typing ------------------------------------------------------------------------------------------------------

  const keep = async (row) => {
    row.dirty = true;
    if (!counts.waiting) { // said at once: it is not saved from the first letter on
      counts = { ...counts, waiting: 1 };
      show();
    }
    if (row.writing) return;
    row.writing = true;
    try {
      while (row.dirty) {
        row.dirty = false;
        const content = read(row.form);
        const { answer, code, revision, base, known } = row;
        await queue.record({ audit, answer, code, revision, base, content, known });
        row.known = content;
        sender.say({ type: "recorded", detail: { answer, content } });
      }
    } finally {
      row.writing = false;
    }
    if (sender.link !== "online") say(row, words.keptHere);
    sender.soon();
    count();
  };
  document.addEventListener("input", (event) => {
    const merge = event.target.closest("[data-merge]");
    if (merge) {
      draft(merge);
      return;
    }
    const form = event.target.closest("form[data-answer-form]");
    if (form && event.target.name) keep(rowOf(form));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-answer-form]")) return;
    event.preventDefault(); // Enter in a field, or the button for browsers without scripts
    keep(rowOf(event.target));
  });

  // --- choosing between two answers --------------------------------------------------------------------------------

  const changeOf = async (merge) => (await queue.all(audit)).find((each) => each.key === merge.dataset.merge);
  const draft = async (merge) => {
    const change = await changeOf(merge);
    const side = merge.querySelector("input:checked")?.value;
    if (change) await queue.change(change.id, { draft: { side, note: merge.querySelector("[data-merge-note]").value } });
  };
  const settleByHand = async (button) => {
    const merge = button.closest("[data-merge]");
    const row = rowOf(merge.closest("[data-answer]").querySelector("form[data-answer-form]"));
    const change = await changeOf(merge);
    if (!change) return;
    if (button.hasAttribute("data-merge-theirs")) {
      await queue.delete(change.id);
      stand(row, change.storedRevision, change.stored);
      write(row, change.stored);
      say(row, words.tookStored);
      sender.say({ type: "dropped", detail: { answer: row.answer, content: change.stored, revision: change.storedRevision } });
      count();
      return;
    }
    const side = merge.querySelector("input:checked");
    if (!side) {
      const problem = merge.querySelector(".ts-merge-problem");
      problem.textContent = problem.dataset.choose;
      merge.querySelector("input").focus();
      return;
    }
    const content = {
      level: side.dataset.level,
      na_reason: side.dataset.naReason || read(row.form).na_reason,
      note: merge.querySelector("[data-merge-note]").value,
    };
    await queue.record({
      audit, answer: row.answer, code: row.code, content, known: null, resolves: change.key,
      revision: change.storedRevision, base: change.stored,
    });
    stand(row, change.storedRevision, change.stored);
    write(row, content);
    say(row, words.saving);
    sender.hurry();
    count();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-merge-save], [data-merge-theirs]");
    if (button) settleByHand(button);
  });

  // --- what the server and the other tabs say ----------------------------------------------------------------------

  sender.addEventListener("settled", async ({ detail: { row: change, result, rest } }) => {
    if (change.audit !== audit) return;
    const row = rows.get(change.answer);
    if (!row) return;
    if (rest) {
      showChange(row, rest);
    } else {
      const content = result.content ?? change.content;
      if (packaged) queue.remember([{ answer: row.answer, audit, revision: result.revision, content }]);
      if (untouched(row)) stand(row, result.revision, content);
      else if (result.state === "merged") stand(row, change.revision, change.content);
      else if (same(row.known, change.content)) stand(row, result.revision, content);
      if (untouched(row) && (await waitingOf(row.answer)).length === 0) {
        if (!same(read(row.form), content)) write(row, content);
        say(row, result.message);
      }
    }
    count();
  });
  sender.addEventListener("recorded", ({ detail: { answer, content } }) => {
    const row = rows.get(answer);
    if (row && untouched(row)) write(row, content);
    count();
  });
  sender.addEventListener("dropped", ({ detail: { answer, content, revision } }) => {
    const row = rows.get(answer);
    if (!row || row.dirty) return;
    stand(row, revision, content);
    write(row, content);
    say(row, words.tookStored);
    count();
  });
  sender.addEventListener("strip", ({ detail: { html } }) => {
    const strip = document.getElementById("strip");
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("strip");
    if (!strip || !fresh) return;
    for (const id of ["save-state", "connection"]) { // live regions stay the same elements, or nobody hears them
      const now = document.getElementById(id);
      const then = fresh.querySelector(`#${id}`);
      if (now && then) then.replaceWith(now);
    }
    strip.replaceChildren(...fresh.childNodes);
    show();
  });
  sender.addEventListener("changed", () => count());

  const waitingOf = async (answer) => (await queue.all(audit)).filter((each) => each.answer === answer && each.kind === "answer");

  // --- the truth above all rows ------------------------------------------------------------------------------------

  let counting = 0;
  const count = async () => {
    const turn = ++counting;
    const changes = await queue.all(audit).catch(() => []);
    if (turn !== counting) return; // a newer count is on its way
    // What is under way and what was typed on it since are one answer that waits.
    const of = (...states) => new Set(changes.filter((each) => states.includes(each.state))
      .map((each) => (each.kind === "answer" ? `${each.answer}` : each.key))).size;
    const unwritten = [...rows.values()].filter((row) => row.dirty || row.writing).length;
    counts = {
      waiting: of("waiting") || unwritten,
      conflict: of("conflict"),
      problem: of("invalid", "locked", "moved", "unknown", "reused", "denied"),
    };
    document.dispatchEvent(new CustomEvent("touchstone:queue", { detail: { changes, counts } }));
    show();
  };
  const filled = (text, number) => text.replace("{number}", number);
  const put = (element, text, kind) => {
    if (!element) return;
    if (element.textContent !== text) element.textContent = text;
    element.dataset.state = kind;
  };
  const show = () => {
    const parts = [];
    if (counts.conflict) parts.push(filled(counts.conflict === 1 ? words.oneConflict : words.conflicts, counts.conflict));
    if (counts.problem) parts.push(filled(counts.problem === 1 ? words.oneProblem : words.problems, counts.problem));
    if (counts.waiting) parts.push(filled(counts.waiting === 1 ? words.oneWaiting : words.waiting, counts.waiting));
    const kind = counts.conflict || counts.problem ? "problem" : counts.waiting ? "waiting" : "saved";
    put(document.getElementById("save-state"), parts.join(" · ") || words.saved, kind);
    put(document.getElementById("connection"), {
      online: words.online, offline: words.offline, "signed-out": words.signedOut, "another-user": words.anotherUser,
    }[sender.link], sender.link);
    document.getElementById("queue-signed-out")?.toggleAttribute("hidden", sender.link !== "signed-out");
    document.getElementById("queue-another-user")?.toggleAttribute("hidden", sender.link !== "another-user");
    document.getElementById("queue-not-kept")?.toggleAttribute("hidden", queue.kept);
  };
  for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(name, () => show());
  window.addEventListener("beforeunload", (event) => {
    const unwritten = [...rows.values()].some((row) => row.dirty || row.writing);
    if (unwritten || (!queue.kept && (counts.waiting || counts.conflict || counts.problem))) event.preventDefault();
  });

  // --- at the start, and when a row is replaced: what waits is laid over it ----------------------------------------

  let packaged = false;
  const lay = async (forms) => {
    const changes = (await queue.all(audit)).filter((each) => each.kind === "answer");
    const stored = new Map((await queue.remembered(audit)).map((each) => [each.answer, each]));
    for (const form of forms) {
      const row = rowOf(form);
      if (row.dirty || row.writing || !same(read(form), row.known)) {
        keep(row); // typed before this script was ready
        continue;
      }
      const last = stored.get(row.answer);
      if (last && last.revision > row.revision) { // the page is older than what was saved since
        stand(row, last.revision, last.content);
        write(row, last.content);
      }
      const change = changes.filter((each) => each.answer === row.answer).at(-1);
      if (!change) continue;
      write(row, change.content);
      if (change.revision !== null && change.revision !== undefined) {
        row.revision = change.revision;
        row.base = change.base;
      }
      showChange(row, change);
    }
    count();
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const forms = event.target.matches?.("form[data-answer-form]") ? [event.target] : [...event.target.querySelectorAll?.("form[data-answer-form]") ?? []];
    if (forms.length) lay(forms);
  });
  packaged = (await queue.packages()).some((each) => each.audit === audit);
  document.addEventListener("touchstone:packaged", (event) => { packaged = event.detail.packaged; });
  await lay([...document.querySelectorAll("form[data-answer-form]")]);
  document.documentElement.dataset.queue = "ready";
})();
