"""Compiling the translations."""

from __future__ import annotations

import gettext
import os
from typing import TYPE_CHECKING

import pytest

from config.messages import compile_messages

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Audit"
msgstr "审核"

#, fuzzy
msgid "Finding"
msgstr "发货"

msgctxt "verb"
msgid "Lock"
msgstr "锁定"

msgid "%(n)s site"
msgid_plural "%(n)s sites"
msgstr[0] "%(n)s 个场所"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_compile_messages_writes_what_gettext_reads(source: Path, tmp_path: Path) -> None:
    written = compile_messages(tmp_path)
    assert written == [source.with_suffix(".mo")]
    with written[0].open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Audit") == "审核"
    assert catalogue.pgettext("verb", "Lock") == "锁定"
    assert catalogue.ngettext("%(n)s site", "%(n)s sites", 3) == "%(n)s 个场所"
    assert catalogue.gettext("Finding") == "Finding"


def test_compile_messages_leaves_what_is_up_to_date(source: Path, tmp_path: Path) -> None:
    compile_messages(tmp_path)
    assert compile_messages(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    assert len(compile_messages(tmp_path)) == 1


def test_compile_messages_names_the_line_that_it_cannot_read(source: Path, tmp_path: Path) -> None:
    source.write_text(SOURCE + "nonsense\n", encoding="utf-8")
    with pytest.raises(OSError, match=r"django\.po.*line 20"):
        compile_messages(tmp_path)
    assert list(source.parent.glob("*.mo*")) == []
