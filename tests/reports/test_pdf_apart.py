"""Pages are set in a process of their own: what a hostile document costs, and what it can reach."""

from __future__ import annotations

import gc
import io
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from reports.pdf import (
    Attached,
    RefusedAddressError,
    SettingFailedError,
    SettingTooLargeError,
    SettingTooLongError,
    apart,
    write,
)
from reports.pdf.parcel import receive, send
from tests.reports.samples import AT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = '<html lang="en"><title>One</title><p>One page.</p></html>'
# Cells of flexible width within each other take time and memory without end, and few bytes.
ENDLESS = f'<html lang="en"><title>No end</title>{"<table><tr><td>" * 14}{"<p>word " * 4000}</html>'


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    apart.end_idle()
    yield
    apart.end_idle()


def set_pages(html: str = PAGE, **more: Any) -> tuple[bytes, int]:
    return write(html, css="p { font-family: Latin }", identifier=b"x" * 32, at=AT, **more)


def waiting() -> Any:
    return apart._idle[0]._process


def test_equal_orders_give_equal_bytes_in_every_process() -> None:
    attached = [Attached("b.json", "B", b"{}"), Attached("a.json", "A", b"\x00\n\xff")]
    first = set_pages(attached=attached)
    apart.end_idle()
    assert set_pages(attached=attached) == first


def test_a_process_that_did_well_sets_the_next_document() -> None:
    set_pages()
    first = waiting().pid
    set_pages()
    assert waiting().pid == first


def test_a_document_without_end_is_stopped_and_the_next_one_is_set(settings: Any) -> None:
    settings.RENDER_SECONDS = 2
    with pytest.raises(SettingTooLongError, match="2 s"):
        set_pages(ENDLESS)
    assert not apart._idle
    settings.RENDER_SECONDS = 60
    assert set_pages()[1] == 1


def test_a_document_that_needs_too_much_memory_costs_its_own_job_only(settings: Any) -> None:
    settings.RENDER_MEMORY = 256 * 1024**2
    with pytest.raises(SettingTooLargeError):
        set_pages(f'<html lang="en"><title>Huge</title>{"word " * 4_000_000}</html>')
    settings.RENDER_MEMORY = 3 * 1024**3
    assert set_pages()[1] == 1


def test_a_process_that_is_killed_between_two_documents_is_replaced() -> None:
    set_pages()
    process = waiting()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert set_pages()[1] == 1


def test_a_process_that_is_killed_in_the_middle_is_told_in_words(monkeypatch: Any) -> None:
    class Killed(apart._Setter):
        def write(self, order: Any, seconds: int) -> tuple[bytes, int]:
            os.kill(self._process.pid, signal.SIGKILL)
            return super().write(order, seconds)

    monkeypatch.setattr(apart, "_Setter", Killed)
    with pytest.raises(SettingTooLargeError, match="ended with -9"):
        set_pages()


def test_an_alarm_of_the_worker_leaves_no_process_behind(monkeypatch: Any) -> None:
    def alarm(_stream: Any) -> None:
        raise KeyboardInterrupt

    ended, end = [], apart._Setter.end

    def noted(setter: Any) -> None:
        ended.append(setter)
        end(setter)

    monkeypatch.setattr(apart._Setter, "end", noted)
    monkeypatch.setattr(apart, "receive", alarm)
    with pytest.raises(KeyboardInterrupt):
        set_pages()
    assert ended
    assert all(each._process.returncode is not None for each in ended)


def test_a_fault_of_the_document_is_told_and_the_process_stays() -> None:
    with pytest.raises(RefusedAddressError, match="passwd"):
        set_pages('<html lang="en"><title>Bad</title><img src="file:///etc/passwd">')
    process = waiting()
    no_day = SimpleNamespace(isoformat=lambda: "no day")
    with pytest.raises(SettingFailedError, match="Invalid isoformat"):
        write(PAGE, css="", identifier=b"x" * 32, at=no_day)  # type: ignore[arg-type]
    assert set_pages()[1] == 1
    assert waiting() is process


def test_a_picture_comes_with_the_order_and_no_other_is_served() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "#0f5e5b").save(picture, "PNG")
    html = '<html lang="en"><title>Picture</title><img alt="Mark" src="picture:/mark.png">'
    data, _pages = set_pages(html, pictures={"picture:/mark.png": picture.getvalue()})
    assert b"/Image" in data
    with pytest.raises(RefusedAddressError):
        set_pages(html)


def test_the_process_gets_no_key_and_no_address_of_a_database(monkeypatch: Any) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "SIGNING_PASSWORD", "TOUCHSTONE_DATA"):
        monkeypatch.setenv(name, "secret-of-ours")
    set_pages()
    surroundings = Path(f"/proc/{waiting().pid}/environ")
    if not surroundings.exists():
        pytest.skip("this system does not show the surroundings of a process")
    assert b"secret-of-ours" not in surroundings.read_bytes()


def test_a_process_ends_when_whoever_started_it_is_gone() -> None:
    set_pages()
    process = waiting()
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def test_two_documents_at_once_are_set_by_two_processes() -> None:
    first = apart._take()
    second = apart._take()
    assert first._process.pid != second._process.pid
    apart._give_back(first)
    apart._give_back(second)
    assert [each._process.pid for each in apart._idle] == [first._process.pid]
    assert second._process.returncode is not None
    gc.collect()


def test_a_parcel_that_is_cut_off_is_none() -> None:
    whole = io.BytesIO()
    send(whole, {"pages": 1}, b"data")
    assert receive(io.BytesIO(whole.getvalue())) == ({"pages": 1}, [b"data"])
    for cut in range(len(whole.getvalue())):
        with pytest.raises(EOFError):
            receive(io.BytesIO(whole.getvalue()[:cut]))
