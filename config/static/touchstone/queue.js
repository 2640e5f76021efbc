// Sends what waits, one tab at a time, until the server has acknowledged it; tells the page what became of it.
window.touchstone ??= {};
(() => {
  const { Queue } = window.touchstone;
  const MOST = 20; // changes in one request
  const MOST_CHARACTERS = 400_000;
  const PAUSE = 400; // ms after the last input
  const LONGEST_PAUSE = 2_000;
  const FIRST_RETRY = 1_000;
  const LAST_RETRY = 60_000;
  const PATIENCE = 20_000; // ms for an answer

  const cookie = (name) => document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

  // Events: "settled" {row, result, rest}, "posted" {row, html}, "strip" {html}, "changed". `link` is online, offline,
  // signed-out or another-user; `queue.kept` says whether the disk keeps what is typed.
  class Sender extends EventTarget {
    constructor(queue, settings) {
      super();
      Object.assign(this, { queue, settings, link: "online", retry: FIRST_RETRY, timer: 0, since: 0, busy: false });
      this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`touchstone-${queue.user}`) : null;
      this.channel?.addEventListener("message", (event) => this.heard(event.data));
      window.addEventListener("online", () => this.hurry());
      window.addEventListener("offline", () => this.connection("offline"));
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
      window.addEventListener("pageshow", () => this.hurry());
      this.say({ type: "here" });
    }

    tell(type, detail = {}) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    say(message) {
      this.channel?.postMessage(message);
    }

    heard(message) {
      if (message.type === "here") this.hurry(); // somebody has just opened a page: signed in again, perhaps
      else this.tell(message.type, message.detail);
      this.tell("changed");
    }

    // Tell this tab and the others.
    spread(type, detail) {
      this.tell(type, detail);
      this.say({ type, detail });
    }

    connection(link) {
      if (this.link === link) return;
      this.link = link;
      this.tell("changed");
    }

    // Send soon: a little after the last input, and in the middle of steady typing now and then.
    soon() {
      this.since ||= Date.now();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), Math.max(0, Math.min(PAUSE, this.since + LONGEST_PAUSE - Date.now())));
    }

    hurry() {
      this.retry = FIRST_RETRY;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), 50);
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), this.retry * (0.75 + Math.random() / 2));
      this.retry = Math.min(this.retry * 2, LAST_RETRY);
    }

    async flush() {
      if (this.busy) {
        this.again = true;
        return;
      }
      this.busy = true;
      this.since = 0;
      try {
        const run = () => this.drain();
        await (navigator.locks ? navigator.locks.request(`touchstone-send-${this.queue.user}`, run) : run());
      } finally {
        this.busy = false;
        this.tell("changed");
        if (this.again) this.soon();
        this.again = false;
      }
    }

    // Send until nothing waits or the server does not answer.
    async drain() {
      for (;;) {
        const waiting = (await this.queue.all()).filter((row) => row.state === "waiting" && !row.after);
        if (!waiting.length) {
          if (this.link !== "online" && await this.reachable()) this.connection("online");
          return;
        }
        const first = waiting.find((row) => row.kind === "answer") ?? waiting[0];
        const done = first.kind === "answer" ? await this.answers(waiting, first.audit) : await this.form(first);
        if (!done) return;
        this.retry = FIRST_RETRY;
      }
    }

    async answers(waiting, audit) {
      let characters = 0;
      const chosen = waiting.filter((row) => row.kind === "answer" && row.audit === audit).filter((row, place) => {
        characters += JSON.stringify([row.content, row.base]).length;
        return place === 0 || (place < MOST && characters < MOST_CHARACTERS);
      });
      const rows = await this.queue.sending(chosen.map((row) => row.id));
      const operations = rows.map(({ key, kind, answer, revision, base, content, resolves, at }) =>
        ({ key, kind, answer, revision, base, content, resolves, at }));
      this.tell("changed");
      const body = JSON.stringify({ user: this.queue.user, operations });
      const response = await this.post(this.settings.sync.replace("/0/", `/${audit}/`), body, { "Content-Type": "application/json" });
      if (!response) return false;
      const data = await response.json().catch(() => null);
      if (!response.ok || !data?.results) return this.refused(rows, response.status, data);
      this.connection("online");
      for (const row of rows) {
        const result = data.results.find((each) => each.key === row.key);
        if (!result) continue;
        const rest = await this.queue.settle(row.id, result);
        this.spread("settled", { row, result, rest });
      }
      if (audit === this.settings.audit) this.tell("strip", { html: data.strip });
      return true;
    }

    async form(row) {
      await this.queue.change(row.id, { sent: true });
      this.tell("changed");
      const body = new FormData();
      for (const [name, value] of row.fields) body.append(name, value);
      const response = await this.post(row.path, body, { "Idempotency-Key": row.key, "HX-Request": "true" });
      if (!response) return false;
      if (response.ok) {
        await this.queue.delete(row.id);
        this.connection("online");
        this.spread("posted", { row: { ...row, fields: [] }, html: await response.text() });
        return true;
      }
      if (response.status >= 500 && response.status !== 507) return this.unreachable();
      if (response.headers.get("X-Touchstone-Refused") === "another_user") return this.held("another-user");
      if (response.status === 403 && !this.fresh) { // of another session, perhaps: once more with the token of now
        this.fresh = true;
        return this.held("signed-out");
      }
      this.fresh = false;
      const shown = new DOMParser().parseFromString(await response.text(), "text/html");
      const message = [...shown.querySelectorAll("[role=alert], .invalid-feedback, .alert-danger")].map((each) => each.textContent.trim());
      await this.queue.change(row.id, { state: "invalid", message: message.join(" ").slice(0, 500) || this.settings.refused });
      return true;
    }

    // What holds up everything: no connection, an expired session, another person.
    async post(url, body, headers) {
      let response;
      try {
        response = await fetch(url, {
          method: "POST",
          body,
          redirect: "manual",
          credentials: "same-origin",
          signal: AbortSignal.timeout(body instanceof FormData ? PATIENCE * 15 : PATIENCE),
          headers: { ...headers, "X-CSRFToken": cookie(this.settings.csrf), "X-Touchstone-User": String(this.queue.user) },
        });
      } catch {
        return this.unreachable();
      }
      if (response.type === "opaqueredirect") return this.held("signed-out");
      return response;
    }

    async refused(rows, status, data) {
      if (data?.error === "another_user") return this.held("another-user");
      if (status === 403 && !data) return this.held("signed-out"); // the token is of another session
      const state = { 400: "invalid", 413: "invalid", 403: "denied", 404: "denied" }[status];
      if (!state) return this.unreachable();
      for (const row of rows) {
        const result = { state, message: data?.message || this.settings.refused };
        this.spread("settled", { row, result, rest: await this.queue.settle(row.id, result) });
      }
      return true;
    }

    held(link) {
      this.connection(link);
      this.later();
      return false;
    }

    unreachable() {
      return this.held("offline");
    }

    async reachable() {
      try {
        return (await fetch(this.settings.alive, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
      } catch {
        this.later();
        return false;
      }
    }
  }

  // One queue and one sender per page, for the signed-in person.
  const words = document.getElementById("queue")?.dataset;
  window.touchstone.ready = words ? (async () => {
    const queue = await Queue.open(Number(words.user));
    const audit = Number(document.getElementById("queue-sheet")?.dataset.audit) || null;
    const sender = new Sender(queue, { ...words, audit });
    sender.hurry();
    return { queue, sender };
  })() : null;
})();
