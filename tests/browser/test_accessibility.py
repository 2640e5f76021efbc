"""Every main page with axe-core, in light and dark, on a desktop and a phone; nothing wider than the phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import accessibility_faults

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/audits/",
    "/audits/1/",
    "/audits/9/sheet/",
    "/audits/1/market/",
    "/audits/1/lenses/",
    "/audits/1/lenses/iso9001/",
    "/audits/1/lenses/ccom/?grade=4",
    "/audits/9/facts/",
    "/audits/9/texts/",
    "/centres/",
    "/centres/1/",
    "/standards/",
    "/standards/four-block/2026/",
    "/standards/four-block/2026/C3.2/",
    "/standards/four-block/2026/lenses/",
    "/standards/four-block/2026/lenses/iso9001/",
    "/benchmarks/",
    "/benchmarks/kpis/service_level/",
    "/benchmarks/centres/1/",
    "/reports/",
    "/reports/audits/1/preview/",
    "/people/profile/",
    "/verify/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_main_pages_have_no_accessibility_fault(sign_in, scheme: str) -> None:
    page = sign_in("mei", color_scheme=scheme)
    faults = {}
    for path in PAGES:
        answer = page.goto(path)
        assert answer.status == 200, path
        faults |= {path: found} if (found := accessibility_faults(page)) else {}
    assert faults == {}


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
