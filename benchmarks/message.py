"""Messages for people that can be said in any language: an English text to fill in, and what to fill in. No Django.

The English text is the message id: mark it with ``_`` for makemessages, and pass ``gettext`` as ``translate`` where
the reader's language is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Translate = Callable[[str], str]


def marked(text: str) -> str:
    """Return the text unchanged; imported as ``_`` so that the translators' tools find it."""
    return text


_ = marked


@dataclass(frozen=True)
class Message:
    """A text with named gaps in braces. What fills them may be a message itself, or a tuple, which becomes a list."""

    template: str
    params: Mapping[str, Any]

    def words(self, translate: Translate = str) -> str:
        """Say it in the language of ``translate``."""
        return translate(self.template).format(**{name: _said(each, translate) for name, each in self.params.items()})


def _said(value: Any, translate: Translate) -> Any:
    if isinstance(value, Message):
        return value.words(translate)
    if isinstance(value, tuple):
        return listed((str(_said(each, translate)) for each in value), translate)
    return value


def listed(values: Iterable[str], translate: Translate = str) -> str:
    """Join words as the language does: ``a, b`` or ``a、b``."""
    return translate(_(", ")).join(values)


def sentences(texts: Iterable[str]) -> str:
    """Put sentences one behind the other: after a full-width stop there is no space."""
    return " ".join(texts).replace("。 ", "。")


class MessageError(Exception):
    """An error whose text can be said in the reader's language; ``str()`` gives the English one.

    Of several files, ``source`` is the place of the one it is about, from 0.
    """

    source: int = 0

    def __init__(self, template: str, **params: Any) -> None:
        """Keep the text and what fills it."""
        self.message = Message(template, params)
        super().__init__(self.message.words())

    def words(self, translate: Translate = str) -> str:
        """Say it in the language of ``translate``."""
        return self.message.words(translate)
