"""Request the main pages of a running Touchstone as a visitor and as each person of the demo data.

``python -m config.smoke URL`` waits until the server answers; ``python -m config.smoke URL SIGN_INS`` then walks the
pages. SIGN_INS is what ``load_demo`` printed: every line with an e-mail address has the password as its next word, and
one line carries the address of a certificate, ``…/verify/<code>/``. Prints a line per page; exits 0 or 1. Standard
library only: it must work where nothing but the product is installed.
"""

from __future__ import annotations

import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar
from pathlib import Path

PUBLIC = ["/healthz", "/readyz"]
SIGNED_IN = ["/", "/standards/", "/centres/", "/audits/", "/benchmarks/", "/registers/", "/awards/", "/reports/"]
# What the demo data holds, by who must be able to open it; "" needs no account. Ids are those of a new database.
OF_DEMO = {
    "": ["/standards/practices/", "/standards/practices/BP-2026-02/", "/verify/file/", "/verify/key.json"],
    "mei": [
        "/standards/four-block/compare/2025/2026/",
        "/standards/four-block/2026/lenses/",
        "/standards/four-block/2026/lenses/iso9001/",
        "/audits/1/lenses/",
        "/audits/1/lenses/iso9001/",
        "/audits/11/facts/",
        "/audits/11/workbook/",
        "/audits/11/what-if/",
        "/audits/11/activity/",
        "/audits/1/compare/",
        "/people/tokens/",
    ],
    "sian": ["/audits/4/move/", "/audits/4/move/2/"],
    "tom": ["/audits/5/moves/1/", "/audits/5/sheet/"],
    "ivy": [
        "/registers/centres/1/",
        "/registers/credentials/",
        "/registers/projects/",
        "/registers/projects/1/",
        "/registers/centres/1/knowledge/",
        "/registers/knowledge/2/",
    ],
    "nadia": [
        "/standards/four-block/2027/edit/",
        "/standards/four-block/2027/edit/criteria/C4.1/",
        "/standards/four-block/compare/2026/2027/",
        "/standards/practices/work/",
        "/standards/practices/BP-2026-04/",
    ],
}
SHEET = re.compile(r"/audits/[^/\s\"']+/sheet/")
CERTIFICATE = re.compile(r"/verify/[^/\s\"']+/")
AUDIT = re.compile(r"href=\"(/audits/[0-9a-f-]+/)\"")
ASSET = re.compile(r"(?:href|src)=\"(/static/[^\"]+)\"")
SIGN_IN = re.compile(r"([^\s@]+@[^\s@]+)\s+(\S+)")
TOKEN = re.compile(r"name=\"csrfmiddlewaretoken\" value=\"([^\"]+)\"")
START_SECONDS = 60
PAGE_SECONDS = 30


@dataclass
class Answer:
    """What came back: the status, the address after redirects and the text."""

    status: int
    path: str
    text: str


class Browser:
    """One person's session: cookies, redirects followed."""

    def __init__(self, base: str) -> None:
        """Start without cookies; ``base`` is the server's address without a closing slash."""
        self.base = base
        # No proxy: the server is on this machine, whatever the environment says about the world outside.
        no_proxy = urllib.request.ProxyHandler({})
        self.opener = urllib.request.build_opener(no_proxy, urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """Request a page, or post a form to it. Status 0 when the server does not answer."""
        data = urllib.parse.urlencode(form).encode() if form else None
        address = self.base + path
        request = urllib.request.Request(address, data, {"Referer": address})  # noqa: S310 our own http address
        try:
            with self.opener.open(request, timeout=PAGE_SECONDS) as response:
                text = response.read().decode(errors="replace")
                return Answer(response.status, urllib.parse.urlsplit(response.url).path, text)
        except urllib.error.HTTPError as error:
            return Answer(error.code, path, "")
        except OSError as error:
            return Answer(0, path, str(error))

    def sign_in(self, email: str, password: str) -> bool:
        """Sign in on the page to which a visitor is sent; False when that page comes back."""
        page = self.get("/audits/")
        token = TOKEN.search(page.text)
        if not token:
            return False
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        answer = self.get(page.path, form)
        return answer.status == HTTPStatus.OK and answer.path != page.path


@dataclass
class Walk:
    """The walk through the pages: what was reached by anybody, and what went wrong."""

    reached: set[str] = field(default_factory=set)
    failed: bool = False

    def note(self, who: str, page: str, *, good: bool, detail: object = "") -> None:
        """Print one line, and remember."""
        self.failed |= not good
        sys.stdout.write(f"{'ok    ' if good else 'FAILED'}  {who:<32} {page} {detail}".rstrip() + "\n")

    def page(self, who: str, browser: Browser, path: str, *, kind: str = "") -> str:
        """Request a page that must come, or be refused to this person in order (403); return its text."""
        begun = time.monotonic()
        answer = browser.get(path)
        shown = answer.status == HTTPStatus.OK
        if shown:
            self.reached.add(kind or path)
        good = shown or (answer.status == HTTPStatus.FORBIDDEN and path != "/")
        milliseconds = round(1000 * (time.monotonic() - begun))
        self.note(who, path, good=good, detail=f"{answer.status} in {milliseconds} ms")
        return answer.text if shown else ""


def wait(base: str) -> bool:
    """Wait until the server says that it is alive, at most a minute."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if Browser(base).get("/healthz").status == HTTPStatus.OK:
            return True
        time.sleep(0.2)
    return False


def walk_as_visitor(walk: Walk, base: str, certificate: str | None) -> None:
    """Request what needs no account, and what the sign-in page loads."""
    visitor = Browser(base)
    for path in [*PUBLIC, *OF_DEMO[""], *([certificate] if certificate else [])]:
        walk.page("visitor", visitor, path, kind="certificate" if path == certificate else "")
    for path in sorted(set(ASSET.findall(visitor.get("/audits/").text))):
        walk.page("visitor", visitor, path)


def walk_as(walk: Walk, base: str, email: str, password: str) -> None:
    """Request the main pages, the first answer sheet that this person can find, and what the demo has for them."""
    browser = Browser(base)
    signed_in = browser.sign_in(email, password)
    walk.note(email, "sign in", good=signed_in)
    if not signed_in:
        return
    audits = "".join(text for path in SIGNED_IN if (text := walk.page(email, browser, path)) and path == "/audits/")
    sheet = SHEET.search(audits)
    audit = AUDIT.search(audits)
    if not sheet and audit:
        sheet = SHEET.search(walk.page(email, browser, audit[1], kind="audit"))
    if sheet:
        walk.page(email, browser, sheet[0], kind="sheet")
    for path in OF_DEMO.get(email.partition("@")[0], []):
        walk.page(email, browser, path)


def walk_all(base: str, sign_ins: str) -> bool:
    """Walk as a visitor and as everybody; True when no page failed and somebody reached each."""
    walk = Walk()
    certificate = CERTIFICATE.search(sign_ins)
    walk_as_visitor(walk, base, certificate[0] if certificate else None)
    people = SIGN_IN.findall(sign_ins)
    walk.note("load_demo", "names people who can sign in", good=bool(people))
    for email, password in people:
        walk_as(walk, base, email, password)
    wanted = {*SIGNED_IN, *(path for paths in OF_DEMO.values() for path in paths), "sheet", "certificate"}
    for kind in sorted(wanted - walk.reached):
        walk.note("nobody", kind, good=False, detail="was reached")
    return not walk.failed


def main(base: str, sign_ins: str | None = None) -> int:
    """Wait for the server; with the file of sign-ins, walk. Returns the exit status."""
    if not wait(base):
        sys.stderr.write(f"{base}/healthz did not answer within {START_SECONDS} seconds.\n")
        return 1
    return 0 if sign_ins is None or walk_all(base, Path(sign_ins).read_text()) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
