"""Checking a report or certificate from what the file carries: no database, no network, no trust in whoever made it.

Begin in ``check.py``. ``container.py`` opens the PDF, ``seal.py`` checks its signature, ``signer.py`` whose it is,
``content.py`` the embedded files, ``score.py`` computes the score anew; ``verdict.py`` is what comes out.
``python -m reports.checking FILE.pdf`` needs neither settings nor Django.
"""

from reports.checking.check import check
from reports.checking.container import UnusableError
from reports.checking.signer import trusted_from
from reports.checking.verdict import Row, Verdict

__all__ = ["Row", "UnusableError", "Verdict", "check", "trusted_from"]
