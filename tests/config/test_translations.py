"""Both Chinese catalogues say everything that the source says, with the same gaps to fill in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import polib
import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from config.messages import LOCALE_DIR

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

LANGUAGES = ["zh_Hans", "zh_Hant"]
SOURCES = ["accounts", "audits", "awards", "benchmarks", "config", "ledger", "reports", "standards", "templates"]
GETTEXT = ("xgettext", "msguniq", "msgmerge", "msgattrib")
GAP = re.compile(r"%\([A-Za-z_]\w*\)[sd]|%%|%[sd]|\{[A-Za-z_]\w*(?:[:!][^{}]*)?\}|</?[A-Za-z][^>]*>")
Key = tuple[str | None, str, str]


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE_DIR / language / "LC_MESSAGES" / "django.po"))


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def gaps(text: str) -> list[str]:
    return sorted(GAP.findall(text))


@pytest.fixture(scope="module")
def in_the_source(tmp_path_factory: pytest.TempPathFactory) -> set[Key]:
    """What makemessages finds in a copy of the source; the copy keeps it from writing to the catalogues."""
    missing = [program for program in GETTEXT if not shutil.which(program)]
    if missing:
        pytest.skip(f"GNU gettext is not on this machine ({', '.join(missing)}); bin/setup --tests installs it in CI")
    copy: Path = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        leave_out = shutil.ignore_patterns("locale", "static", "__pycache__")
        shutil.copytree(settings.BASE_DIR / name, copy / name, ignore=leave_out)
    (copy / "locale").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--keep-pot", "-v0"]
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return {key(entry) for entry in polib.pofile(str(copy / "locale" / "django.pot"))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_source_is_translated(language: str, in_the_source: set[Key]) -> None:
    assert len(in_the_source) > 500
    done = {key(entry) for entry in catalogue(language) if entry.translated() and not entry.fuzzy}
    lacking = sorted(each[1] for each in in_the_source - done)
    assert lacking == [], "refresh the catalogues with manage.py makemessages, then translate these"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_gaps_of_their_messages(language: str) -> None:
    for entry in catalogue(language):
        said = list(entry.msgstr_plural.values()) or [entry.msgstr]
        # "one day" may do without its number; Chinese has only the other form.
        wanted = gaps(entry.msgid_plural or entry.msgid)
        assert [gaps(text) for text in said] == [wanted] * len(said), entry.msgid


def test_gaps_tell_texts_apart_that_cannot_be_filled_in_alike() -> None:
    assert gaps("%(n)s of {most:,} <b>%s</b>") == ["%(n)s", "%s", "</b>", "<b>", "{most:,}"]
    assert gaps("%(n)s") != gaps("%(m)s")


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "word"), [("zh-hans", "登录"), ("zh-hant", "登入"), ("en", "Sign in")])
def test_a_page_speaks_the_language_that_the_browser_asks_for(client: Client, asked: str, word: str) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": asked}).content.decode()
    assert word in page, "the translations are compiled by bin/setup"
    assert f'<html lang="{asked}"' in page


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_thousands_are_set_apart_in_every_language(language: str) -> None:
    with translation.override(language):
        assert Template('{{ n|floatformat:"1g" }}').render(Context({"n": 30405.25})) in {"30,405.2", "30,405.3"}
