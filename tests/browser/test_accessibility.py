"""Every main page with axe-core, in light and dark, on a desktop and a phone; nothing wider than the phone."""

from __future__ import annotations

import pytest
from django.urls import Resolver404, resolve

from tests.browser.conftest import accessibility_faults

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/audits/",
    "/audits/1/",
    "/audits/11/sheet/",
    "/audits/11/sheet/together/?answer=1160&answer=1161&choice=3",
    "/audits/1/market/",
    "/audits/1/lenses/",
    "/audits/1/lenses/iso9001/",
    "/audits/1/lenses/ccom/?grade=4",
    "/audits/11/facts/",
    "/audits/11/texts/",
    "/audits/5/moves/1/",
    "/audits/5/sheet/",
    "/centres/",
    "/centres/1/",
    "/standards/",
    "/standards/four-block/2026/",
    "/standards/four-block/2026/C3.2/",
    "/standards/four-block/compare/2025/2026/",
    "/standards/four-block/2026/lenses/",
    "/standards/four-block/2026/lenses/iso9001/",
    "/benchmarks/",
    "/benchmarks/kpis/",
    "/benchmarks/kpis/service_level/",
    "/benchmarks/centres/1/",
    "/benchmarks/centres/1/analysis/",
    "/benchmarks/organisations/2/centres/",
    "/reports/",
    "/reports/dashboard/",
    "/reports/scheme/",
    "/reports/scheme/?year=2026&block=C",
    "/register/",
    "/reports/audits/1/preview/",
    "/people/profile/",
    "/people/tokens/",
    "/verify/",
    "/verify/file/",
)
# Pages for somebody else than an auditor; "" is a visitor without an account.
PAGES_OF = {
    "sian": ("/audits/4/move/", "/audits/4/move/2/"),
    "amara": ("/awards/", "/awards/new/"),
    "ivy": (
        "/reports/dashboard/",
        "/reports/organisations/2/register/",
        "/registers/",
        "/registers/centres/1/",
        "/registers/centres/1/projects/new/",
        "/registers/centres/1/knowledge/",
        "/registers/centres/1/knowledge/new/",
        "/registers/knowledge/1/",
        "/registers/projects/",
        "/registers/projects/1/",
        "/registers/projects/2/",
        "/registers/credentials/",
        "/registers/credentials/2/",
        "/standards/practices/BP-2026-04/",
        "/standards/practices/BP-2026-04/consent/",
        "/standards/practices/new/",
    ),
    "nadia": (
        "/standards/four-block/compare/2026/2027/",
        "/standards/four-block/2027/",
        "/standards/four-block/2027/edit/",
        "/standards/four-block/2027/edit/head/",
        "/standards/four-block/2027/edit/sections/tiers/",
        "/standards/four-block/2027/edit/criteria/C4.1/",
        "/standards/four-block/2027/edit/criteria/B4.1/",
        "/standards/four-block/2027/edit/clauses/C2/new/",
        "/standards/four-block/2027/edit/import/",
        "/standards/practices/work/",
        "/standards/practices/BP-2026-02/adopt/",
    ),
    "wen": (
        "/standards/four-block/2027/edit/",
        "/standards/four-block/2027/edit/criteria/C2.3/",
        "/standards/practices/work/",
        "/standards/practices/BP-2026-03/",
        "/standards/practices/BP-2026-04/judge/",
    ),
    "grace": (
        "/people/organisations/1/",
        "/people/organisations/1/support/",
        "/people/profile/address/",
        "/people/sessions/",
        "/account/second-factor/",
        "/account/second-factor/app/",
        "/account/passkeys/new/",
        "/account/password/change/",
        "/account/reauthenticate/",
        "/audits/retention/1/",
        "/reports/ledger/",
        "/rights/",
    ),
    "": ("/standards/practices/", "/standards/practices/?q=outage", "/standards/practices/BP-2025-01/"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_main_pages_have_no_accessibility_fault(sign_in, scheme: str) -> None:
    page = sign_in("mei", color_scheme=scheme)
    faults = {}
    for path in PAGES:
        answer = page.goto(path)
        assert answer.status == 200, path
        faults |= {path: found} if (found := accessibility_faults(page)) else {}
    assert faults == {}


@pytest.mark.parametrize("person", PAGES_OF)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_other_people_have_no_accessibility_fault(sign_in, scheme: str, person: str) -> None:
    page = sign_in(person, color_scheme=scheme)
    faults = {}
    for path in PAGES_OF[person]:
        answer = page.goto(path)
        assert answer.status == 200, path
        # At the end of a page its bar of buttons rests; on the way there it covers a part of whatever scrolls by.
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        faults |= {path: found} if (found := accessibility_faults(page)) else {}
    assert faults == {}


@pytest.mark.parametrize("person", PAGES_OF)
def test_pages_of_other_people_fit_a_phone(sign_in, person: str) -> None:
    page = sign_in(person, viewport={"width": 360, "height": 740})
    wide = {}
    for path in PAGES_OF[person]:
        assert page.goto(path).status == 200, path
        width = page.evaluate("document.documentElement.scrollWidth")
        wide |= {path: width} if width > 360 else {}
    assert wide == {}


@pytest.mark.parametrize("person", ["mei", "ivy", "lin"])
def test_main_pages_fit_a_phone_in_each_language(sign_in, person: str) -> None:
    page = sign_in(person, viewport={"width": 360, "height": 740})
    wide = {}
    for path in PAGES:
        if page.goto(path).status == 200:
            width = page.evaluate("document.documentElement.scrollWidth")
            wide |= {path: width} if width > 360 else {}
    assert wide == {}


def test_sign_in_page_has_no_accessibility_fault(sign_in) -> None:
    page = sign_in("")
    page.goto("/account/login/")
    assert accessibility_faults(page) == []


# From where a person sets out, and the addresses that are walked: one page of each kind that links lead to.
WALKS = {
    "mei": ("/audits/11/", "audits:"),
    "sian": ("/audits/", "audits:"),
    "amara": ("/awards/", "awards:"),
    "hana": ("/awards/", "awards:"),
    "ivy": ("/awards/", "awards:"),
}


@pytest.mark.parametrize("person", WALKS)
def test_every_kind_of_page_that_links_lead_to(sign_in, server: str, person: str) -> None:
    start, names = WALKS[person]
    page = sign_in(person, color_scheme="dark" if person in {"hana", "sian"} else "light")
    faults, seen, waiting = {}, {resolve(start).view_name}, [start]
    while waiting:
        path = waiting.pop(0)
        page.set_viewport_size({"width": 360, "height": 740})
        answer = page.goto(path)
        if answer.status != 200:
            faults[path] = answer.status  # a link that nobody should have been shown
            continue
        width = page.evaluate("document.documentElement.scrollWidth")
        faults |= {f"{path} on a phone": width} if width > 360 else {}
        page.set_viewport_size({"width": 1280, "height": 800})
        faults |= {path: found} if (found := accessibility_faults(page)) else {}
        links = "links => links.filter(link => !link.download).map(link => link.href)"
        for link in page.locator("main a[href]").evaluate_all(links):
            name = kind_of(link.removeprefix(server))
            if name.startswith(names) and name not in seen:
                seen.add(name)
                waiting.append(link.removeprefix(server))
    assert len(seen) > 5  # the walk leads somewhere
    assert "\n".join(f"{path}: {fault}" for path, fault in faults.items()) == ""


NO_PAGES = {
    *("audits:evidence_original", "audits:evidence_file", "audits:evidence_view"),
    *("audits:sample_population", "audits:sample_csv", "awards:file", "awards:card_file"),
}


def kind_of(link: str) -> str:
    """Name the kind of page; nothing for addresses elsewhere and for files."""
    place = link.partition("#")[0].partition("?")[0]
    if not place.endswith("/"):
        return ""
    try:
        name = resolve(place).view_name
    except Resolver404:
        return ""
    return "" if name in NO_PAGES else name
