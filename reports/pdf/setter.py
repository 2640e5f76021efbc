"""The process that sets pages: ``python -m reports.pdf.setter FOLDER MEMORY`` takes orders on standard input.

It knows no database, no key and no settings but where the typefaces lie, and it ends by itself: when nobody has
ordered anything for a minute, when whoever started it is gone, and when a document takes more than it may.
"""

from __future__ import annotations

import os
import resource
import select
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from reports.pdf.parcel import receive_order, send

IDLE_SECONDS = 60
# An order that was stopped has left memory in pieces: the next one gets a new process.
TOO_MUCH = "memory"


def main(folder: str, memory: int) -> None:
    """Set one document after another."""
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    settings.configure(NODE_MODULES=Path(folder), USE_I18N=False)
    from reports.pdf import writer  # noqa: F401 - loaded before the limit counts, and before the first order

    with suppress(ValueError, OSError):  # not every system knows the limit
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    while select.select([orders], [], [], IDLE_SECONDS)[0]:
        if not _one(orders, answers):
            return


def _one(orders: IO[bytes], answers: IO[bytes]) -> bool:
    """Set one document and answer; False when there is nothing more to do, or when it is better to begin afresh."""
    from reports.pdf.fetcher import RefusedAddressError
    from reports.pdf.writer import write

    try:
        order, seconds = receive_order(orders)
        _limit_processor(seconds)
        data, pages = write(
            order.html,
            css=order.css,
            identifier=order.identifier,
            at=order.at,
            attached=order.attached,
            pictures=order.pictures,
        )
    except EOFError:
        return False
    except MemoryError:
        send(answers, {"fault": TOO_MUCH, "words": ""})
        return False
    except RefusedAddressError as error:
        send(answers, {"fault": "address", "words": str(error)})
    except Exception:  # noqa: BLE001 - the other side logs it and says it in words
        send(answers, {"fault": "failed", "words": traceback.format_exc()[-4000:]})
    else:
        send(answers, {"pages": pages}, data)
    return True


def _limit_processor(seconds: int) -> None:
    """End this process when the document takes longer, even if nobody waits for it any more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
