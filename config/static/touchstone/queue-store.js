// The write-ahead queue of one person on this device: each change is on disk before anything else happens to it.
// In IndexedDB, one database per person; in memory where there is none or it is full, which `kept` then says.
window.touchstone ??= {};
(() => {
  const VERSION = 1;
  const name = (user) => `touchstone-${user}`;
  const promised = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const open = (user) => new Promise((resolve, reject) => {
    const request = indexedDB.open(name(user), VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("changes", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("answers", { keyPath: "answer" }); // as last stored, of audits taken along
      request.result.createObjectStore("packages", { keyPath: "audit" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // another tab signs out
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });

  class Disk {
    constructor(database) {
      this.database = database;
      this.kept = true;
    }

    // Do the work in one transaction; resolves when it is on disk. The work may only wait for its requests.
    async within(store, mode, work) {
      const transaction = this.database.transaction(store, mode, { durability: "strict" });
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
      done.catch(() => {});
      const rows = transaction.objectStore(store);
      const result = await work({
        all: () => promised(rows.getAll()),
        get: (key) => promised(rows.get(key)),
        put: (row) => promised(rows.put(row)),
        delete: (key) => promised(rows.delete(key)),
      });
      await done;
      return result;
    }
  }

  class Memory {
    constructor() {
      this.kept = false;
      this.stores = { changes: new Map(), answers: new Map(), packages: new Map() };
      this.next = 1;
      this.before = Promise.resolve();
    }

    within(store, _mode, work) { // one after the other, as transactions are
      const rows = this.stores[store];
      const path = { changes: "id", answers: "answer", packages: "audit" }[store];
      const run = this.before.then(() => work({
        all: async () => [...rows.values()],
        get: async (key) => rows.get(key),
        put: async (row) => {
          row[path] ??= this.next++;
          rows.set(row[path], row);
          return row[path];
        },
        delete: async (key) => { rows.delete(key); },
      }));
      this.before = run.catch(() => {});
      return run;
    }
  }

  // crypto.randomUUID is missing where the page came without TLS.
  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  class Queue {
    constructor(user, place) {
      this.user = user;
      this.place = place;
    }

    static async open(user) {
      try {
        return new Queue(user, new Disk(await open(user)));
      } catch {
        return new Queue(user, new Memory());
      }
    }

    get kept() {
      return this.place.kept;
    }

    // A full or broken disk: take what it still gives into memory, and go on there.
    async forsake() {
      const rows = await this.all().catch(() => []);
      this.place = new Memory();
      for (const row of rows) await this.place.within("changes", "readwrite", (changes) => changes.put(row));
    }

    async write(work) {
      if (!this.kept) return this.place.within("changes", "readwrite", work);
      try {
        return await this.place.within("changes", "readwrite", work);
      } catch {
        await this.forsake();
        return this.place.within("changes", "readwrite", work);
      }
    }

    // All that waits, in order.
    all(audit) {
      return this.place.within("changes", "readonly", async (changes) => {
        const rows = await changes.all();
        return audit === undefined ? rows : rows.filter((row) => row.audit === audit);
      });
    }

    // Keep a change of an answer. `known` is what its form was last known to hold: a change that waits already and
    // that this tab has seen is replaced, any other stays and is met on the server.
    record({ audit, answer, code, revision, base, content, known, resolves = null }) {
      const fresh = { key: newKey(), content, at: new Date().toISOString(), state: "waiting", message: "" };
      return this.write(async (changes) => {
        const rows = (await changes.all()).filter((row) => row.answer === answer && row.kind === "answer");
        const last = rows.at(-1);
        if (resolves) {
          const settled = rows.find((row) => row.key === resolves);
          if (settled) await changes.delete(settled.id);
        } else if (last && !last.sent && same(last.content, known)) {
          if (same(last.content, content)) return last;
          const row = { ...last, ...fresh };
          delete row.draft;
          await changes.put(row);
          return row;
        }
        const row = { kind: "answer", audit, answer, code, revision, base, resolves, sent: false, ...fresh };
        if (!resolves && last?.sent && same(last.content, known)) {
          row.after = last.key; // goes on from what is under way: its revision is not known yet
          row.base = last.content;
        }
        row.id = await changes.put(row);
        return row;
      });
    }

    // Keep a form with its files, to be posted as it is.
    async keepForm(form) {
      const row = { ...form, kind: "form", key: form.key || newKey(), at: new Date().toISOString(), state: "waiting", message: "", sent: false };
      row.id = await this.write((changes) => changes.put(row));
      return row;
    }

    change(id, values) {
      return this.write(async (changes) => {
        const row = await changes.get(id);
        if (row) await changes.put({ ...row, ...values });
        return row && { ...row, ...values };
      });
    }

    delete(id) {
      return this.write((changes) => changes.delete(id));
    }

    // Mark what is sent now: from here on it stays as it is until it is answered, also by a later page.
    sending(ids) {
      return this.write(async (changes) => {
        const rows = [];
        for (const id of ids) {
          const row = await changes.get(id);
          if (!row || row.after || row.state !== "waiting") continue;
          const sent = { ...row, sent: true };
          await changes.put(sent);
          rows.push(sent);
        }
        return rows;
      });
    }

    // Write down what became of a change that was sent, and let the next one go on from it.
    settle(id, result) {
      return this.write(async (changes) => {
        const row = await changes.get(id);
        if (!row) return null;
        const next = (await changes.all()).find((each) => each.after === row.key);
        if (["saved", "unchanged", "merged"].includes(result.state)) {
          await changes.delete(id);
          // What was typed meanwhile does not hold what the server joined: it is joined once more.
          const from = result.state === "merged" ? row.revision : result.revision;
          if (next) await changes.put({ ...next, after: null, revision: from, base: row.content });
          return null;
        }
        const { state, message, html, successor } = result;
        const rest = { ...row, sent: false, state, message, html, successor, stored: result.content, storedRevision: result.revision };
        if (next) { // typed meanwhile: the newest text is what has to find its place
          await changes.delete(next.id);
          Object.assign(rest, { key: next.key, content: next.content, state: "waiting" });
        }
        await changes.put(rest);
        return rest;
      });
    }

    // Answers as they were last stored: laid over a page that was kept before.
    remember(rows) {
      return this.place.within("answers", "readwrite", async (answers) => {
        for (const row of rows) await answers.put(row);
      }).catch(() => {});
    }

    remembered(audit) {
      return this.place.within("answers", "readonly", async (answers) => (await answers.all()).filter((row) => row.audit === audit)).catch(() => []);
    }

    packages() {
      return this.place.within("packages", "readonly", (packages) => packages.all()).catch(() => []);
    }

    keepPackage(row) {
      return this.place.within("packages", "readwrite", (packages) => packages.put(row));
    }

    dropPackage(audit) {
      return this.place.within("packages", "readwrite", (packages) => packages.delete(audit));
    }

    close() {
      this.place.database?.close();
    }
  }

  const forget = (user) => new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name(user));
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });

  Object.assign(window.touchstone, { Queue, forgetQueue: forget, newKey, sameContent: same });
})();
