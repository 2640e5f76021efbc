// Opens the audits that somebody took along when there is no connection. It keeps nothing by itself: pages get into a
// cache only by "take this audit with me", one cache per person and audit, and are renewed when they are visited.
const STATIC = "touchstone-static";
const NOW = "touchstone-now"; // who is signed in
const PATIENCE = 3_000; // ms that a page which lies here waits for the network

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" || request.headers.has("HX-Request")) event.respondWith(page(request));
});

async function asset(request) {
  const kept = await caches.has(STATIC) ? await caches.open(STATIC) : null;
  if (kept && /\.[0-9a-f]{12}\./.test(request.url)) { // its name changes with its content
    const found = await kept.match(request.url, { ignoreVary: true });
    if (found) return found;
  }
  try {
    const response = await fetch(request);
    if (kept && response.ok) kept.put(request.url, response.clone()).catch(() => {});
    return response;
  } catch (error) {
    const found = await kept?.match(request.url, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

// The caches of the person who is signed in here.
async function mine() {
  const now = await caches.has(NOW) ? await (await caches.open(NOW)).match("/now") : null;
  const start = now && `touchstone-u${await now.text()}-`;
  const names = start ? (await caches.keys()).filter((name) => name.startsWith(start)) : [];
  return Promise.all(names.map((name) => caches.open(name)));
}

const expired = (response) => Number(response.headers.get("X-Touchstone-Expires") ?? Infinity) < Date.now();

async function find(url) {
  for (const cache of await mine()) {
    const found = await cache.match(url, { ignoreVary: true }) ?? await cache.match(url, { ignoreVary: true, ignoreSearch: true });
    if (found && !expired(found)) return { cache, found };
  }
  return null;
}

async function page(request) {
  const kept = await find(request.url);
  const network = fetch(request).then((response) => {
    if (kept && response.status === 200 && !response.redirected && !new URL(request.url).search) renew(kept, request.url, response.clone());
    return response;
  });
  if (!kept) return network.catch(() => missing(request));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return Promise.race([network, late.then(() => kept.found)]).catch(() => kept.found);
}

async function renew({ cache, found }, url, response) {
  const headers = new Headers(response.headers);
  headers.set("X-Touchstone-Expires", found.headers.get("X-Touchstone-Expires") ?? "0");
  await cache.put(url, new Response(await response.blob(), { status: 200, headers })).catch(() => {});
}

async function missing(request) {
  if (request.mode !== "navigate") return Response.error();
  for (const cache of await mine()) {
    const found = await cache.match("/offline/", { ignoreVary: true });
    if (found) return found;
  }
  return Response.error(); // the browser says it in its own words
}
