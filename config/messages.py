"""Compile the translations: every ``*.po`` under ``config/locale`` becomes the ``*.mo`` that Django reads.

Run by ``bin/setup`` as ``python -m config.messages``. In Python, so that no machine needs the gettext programs;
without Django, so that a broken setting does not stop it.
"""

import os
from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent / "locale"


def compile_messages(folder: Path) -> list[Path]:
    """Write the ``.mo`` beside each ``.po`` under ``folder`` that is newer than it; return those written.

    Fuzzy and empty entries are left out, as msgfmt does. Raises OSError with the file and the line for a ``.po``
    that cannot be read. A server that reads meanwhile sees the old file or the new one, never a part.
    """
    written = []
    for source in sorted(folder.rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        part = target.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(part))
        part.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_messages(LOCALE_DIR)
