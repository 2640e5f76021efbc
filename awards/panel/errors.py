"""What the statistics of a panel refuse, and why: codes, numbers and names that pages put into words. No Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.message import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.message import Translate


class PanelError(MessageError):
    """The input cannot be used; the message says in which line and why."""


@dataclass(frozen=True)
class Refusal:
    """One thing that cannot be computed. ``what`` is the key of the result, ``code`` the reason, ``params`` its facts.

    ``message`` says the reason in any language: ``refusal.words(gettext)``.
    """

    what: str
    code: str
    message: Message

    def words(self, translate: Translate = str) -> str:
        """Say why in the language of ``translate``."""
        return self.message.words(translate)

    @property
    def params(self) -> Mapping[str, Any]:
        """What the reason rests on."""
        return self.message.params


class RefusedError(Exception):
    """Raised where something cannot be computed; ``refusals`` are all the reasons."""

    def __init__(self, *refusals: Refusal) -> None:
        """Keep the reasons."""
        self.refusals = refusals
        super().__init__(" ".join(refusal.words() for refusal in refusals))


def refused(what: str, code: str, template: str, **params: Any) -> RefusedError:
    """Make an error of one reason."""
    return RefusedError(Refusal(what, code, Message(template, params)))


NAMED = 12  # names that a reason lists before it only counts the rest


def few(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names for a sentence: all of them, or the first ones and how many more."""
    return names if len(names) <= NAMED else (*names[:NAMED], f"+{len(names) - NAMED}")
