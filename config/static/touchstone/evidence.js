// Evidence: files that are chosen, dropped or pasted go up two at a time, each with its progress, and can be cancelled
// and sent again. The server takes the same file twice as once, so that sending again never doubles anything.
// Others may take a file over: a listener of "touchstone:upload" (detail: answer, url, file, fields, and failed where
// sending it just broke off) that calls preventDefault keeps it, for example until there is a connection. "touchstone:evidence" (detail: answer) says that
// something was added.
(() => {
  const AT_ONCE = 2;
  const ACTIVE = new Set(["waiting", "sending", "checking", "offline"]);
  const jobs = []; // {answer, url, file, fields, state, sent, words, row, xhr}

  const zoneOf = (answer) => document.querySelector(`[data-evidence="${answer}"]`);
  const of = (answer) => jobs.filter((job) => job.answer === answer);
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  // --- what can be said before anything is sent
  const fault = (zone, file) => {
    const words = zone.dataset;
    const name = file.name.toLowerCase();
    if (!file.size) return words.empty;
    if (!words.types.split(",").some((type) => name.endsWith(type))) return words.unknownType;
    if (file.size > Number(words.most)) return words.tooLarge;
    if (file.size > Number(words.room)) return words.noRoom;
    return "";
  };
  const kindOf = (file, hint) => hint || (file.type.startsWith("image/") ? "photo" : file.type.startsWith("audio/") ? "recording" : "document");
  const fieldsOf = (zone, file, hint, several) => {
    const typed = (name) => zone.elements[name]?.value ?? "";
    const chosen = zone.elements.kind;
    return {
      kind: chosen && chosen.dataset.chosen ? chosen.value : kindOf(file, hint),
      title: several ? "" : typed("title"),
      valid_until: typed("valid_until"),
      confidential: zone.elements.confidential?.checked ? "on" : "",
    };
  };

  const add = (zone, files, hint = "") => {
    const all = [...files];
    all.forEach((file) => {
      const row = zone.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
      const job = { answer: zone.dataset.evidence, url: zone.action, file, row, sent: 0, words: fault(zone, file) };
      job.fields = fieldsOf(zone, file, hint, all.length > 1);
      job.state = job.words ? "refused" : "waiting";
      row.querySelector(".ts-upload-name").textContent = file.name;
      row.querySelector("progress").setAttribute("aria-label", file.name);
      row.querySelector("[data-cancel]").addEventListener("click", () => cancel(job));
      row.querySelector("[data-retry]").addEventListener("click", () => again(job));
      jobs.push(job);
      show(job);
    });
    if (zone.elements.title) zone.elements.title.value = "";
    next();
  };

  // --- what is seen
  const show = (job) => {
    const zone = zoneOf(job.answer);
    const active = ACTIVE.has(job.state);
    job.row.dataset.state = job.state;
    job.row.querySelector("progress").value = job.file.size ? job.sent / job.file.size : 0;
    job.row.querySelector("progress").hidden = !active;
    job.row.querySelector("[data-cancel]").hidden = !active;
    job.row.querySelector("[data-retry]").hidden = !["failed", "cancelled"].includes(job.state);
    if (!zone) return;
    job.row.querySelector(".ts-upload-state").textContent = job.words || zone.dataset[job.state] || "";
    const list = zone.querySelector("[data-uploads]");
    if (!list.contains(job.row)) list.append(job.row);
    total(zone);
  };
  const total = (zone) => {
    const mine = of(zone.dataset.evidence).filter((job) => !["refused", "cancelled"].includes(job.state));
    const line = zone.querySelector("[data-total-line]");
    line.hidden = mine.length < 1;
    if (line.hidden) return;
    const bytes = (field) => mine.reduce((sum, job) => sum + field(job), 0);
    const done = mine.filter((job) => job.state === "done").length;
    line.querySelector("progress").value = bytes((job) => (job.state === "done" ? job.file.size : job.sent)) / (bytes((job) => job.file.size) || 1);
    const words = zone.dataset.total.replace("{done}", done).replace("{all}", mine.length);
    const status = line.querySelector("[role=status]");
    if (status.textContent !== words) status.textContent = words;
    line.querySelector("[data-cancel-all]").hidden = !mine.some((job) => ACTIVE.has(job.state));
  };
  const turn = (job, state, words = "") => {
    job.state = state;
    job.words = words;
    show(job);
  };

  // --- sending
  const next = () => {
    const free = AT_ONCE - jobs.filter((job) => ["sending", "checking"].includes(job.state)).length;
    jobs.filter((job) => job.state === "waiting").slice(0, Math.max(free, 0)).forEach(send);
  };
  const takenOver = ({ answer, url, file, fields }, failed) =>
    !document.dispatchEvent(new CustomEvent("touchstone:upload", { cancelable: true, detail: { answer, url, file, fields, failed } }));
  const send = (job) => {
    const { url, file, fields } = job;
    if (takenOver(job, false)) {
      turn(job, "kept");
      next();
      return;
    }
    const body = new FormData();
    Object.entries(fields).forEach(([name, value]) => value && body.append(name, value));
    body.append("file", file, file.name);
    const xhr = new XMLHttpRequest();
    job.xhr = xhr;
    xhr.open("POST", url);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.setRequestHeader("X-CSRFToken", token());
    xhr.upload.addEventListener("progress", (event) => {
      job.sent = Math.min(event.loaded, file.size);
      if (job.state === "sending") turn(job, job.sent >= file.size ? "checking" : "sending");
      else show(job);
    });
    xhr.addEventListener("load", () => finish(job, xhr));
    xhr.addEventListener("error", () => {
      job.sent = 0;
      turn(job, takenOver(job, true) ? "kept" : "offline");
      next();
    });
    turn(job, "sending");
    xhr.send(body);
  };
  const finish = (job, xhr) => {
    const words = zoneOf(job.answer)?.dataset ?? {};
    let told = null;
    try {
      told = JSON.parse(xhr.responseText);
    } catch {
      // a page instead of an answer: the sign-in, or a server in trouble
    }
    if (xhr.status === 200 && told?.sha256) {
      job.sent = job.file.size;
      turn(job, "done");
      refresh(job.answer);
    } else if (told?.message) turn(job, xhr.status === 507 ? "failed" : "refused", told.message);
    else turn(job, "failed", xhr.status < 400 || xhr.status === 403 ? words.signedOut : words.failed);
    next();
  };
  const cancel = (job) => {
    if (["sending", "checking"].includes(job.state)) job.xhr.abort();
    job.sent = 0;
    turn(job, "cancelled");
    next();
  };
  const again = (job) => {
    job.sent = 0;
    turn(job, "waiting");
    next();
  };
  const reconnect = () => {
    jobs.filter((job) => job.state === "offline").forEach(again);
  };
  window.addEventListener("online", reconnect);
  setInterval(() => navigator.onLine && reconnect(), 10000);

  // --- what was stored takes its place in the list; its row in the queue goes
  const timers = new Map();
  const refresh = (answer) => {
    document.dispatchEvent(new CustomEvent("touchstone:evidence", { detail: { answer } }));
    clearTimeout(timers.get(answer));
    timers.set(answer, setTimeout(async () => {
      const zone = zoneOf(answer);
      if (!zone) return;
      await htmx.ajax("GET", zone.dataset.lines, { target: `#evidence-lines-${answer}`, swap: "innerHTML" });
      of(answer).filter((job) => job.state === "done").forEach((job) => job.row.remove());
    }, 250));
  };

  // --- ways in: choosing, dropping, pasting
  document.addEventListener("change", (event) => {
    const input = event.target.closest("[data-choose]");
    if (input) {
      add(input.form, input.files, input.dataset.choose);
      input.value = "";
    }
    const kind = event.target.closest("[data-evidence] [name=kind]");
    if (kind) kind.dataset.chosen = "yes";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-evidence]")) event.preventDefault(); // Enter in a field: files go up when chosen
  });
  document.addEventListener("click", (event) => {
    const zone = event.target.closest("[data-cancel-all]")?.closest("[data-evidence]");
    if (zone) of(zone.dataset.evidence).filter((job) => ACTIVE.has(job.state)).forEach(cancel);
  });
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // a file beside the area must not replace the page
    const area = event.target.closest("[data-drop]");
    event.dataTransfer.dropEffect = area ? "copy" : "none";
    document.querySelectorAll("[data-drop].is-over").forEach((each) => each !== area && each.classList.remove("is-over"));
    area?.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelectorAll("[data-drop].is-over").forEach((each) => each.classList.remove("is-over"));
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const area = event.target.closest("[data-drop]");
    area?.classList.remove("is-over");
    if (area) add(area.closest("[data-evidence]"), event.dataTransfer.files);
  });
  let last = ""; // the answer whose evidence was used last
  document.addEventListener("focusin", (event) => {
    const zone = event.target.closest(".ts-evidence, .ts-drawer, .ts-row")?.querySelector("[data-evidence]");
    if (zone) last = zone.dataset.evidence;
  });
  const seen = () => [...document.querySelectorAll("[data-evidence]")].filter((zone) => zone.checkVisibility?.() ?? true);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const zone = seen().find((each) => each.dataset.evidence === last) ?? seen()[0];
    if (!files.length || !zone) return;
    event.preventDefault();
    const stamp = new Date().toISOString().slice(0, 19).replace("T", " ");
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    pictures.forEach((file, index) => {
      const extension = file.type === "image/jpeg" ? "jpg" : file.type.slice(6);
      const name = `${zone.dataset.screen} ${stamp.replaceAll(":", ".")}${index ? ` ${index + 1}` : ""}.${extension}`;
      add(zone, [new File([file], name, { type: file.type })], "screen");
    });
    const others = files.filter((file) => !file.type.startsWith("image/"));
    if (others.length) add(zone, others);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const button = event.target.closest?.("[data-attach]");
    if (button && event.detail.successful) button.closest("[data-choice]").remove();
    const changes = event.target.closest?.(".ts-evidence");
    const answer = changes?.querySelector("[data-evidence]")?.dataset.evidence;
    if (answer && event.detail.requestConfig?.verb === "post" && event.detail.successful) {
      document.dispatchEvent(new CustomEvent("touchstone:evidence", { detail: { answer } }));
    }
  });
  // A panel that was drawn anew gets its running uploads back.
  document.addEventListener("htmx:afterSettle", () => jobs.filter((job) => job.state !== "done").forEach(show));
  window.addEventListener("beforeunload", (event) => {
    if (jobs.some((job) => ACTIVE.has(job.state))) event.preventDefault();
  });
})();
