"""The edition format: a YAML file in, a checked document with its hash and an ``EditionSpec`` out, or every fault.

No Django. Begin reading in ``document.py``; ``tree.py`` reads YAML with line numbers, ``reader.py`` checks single
values, ``header.py``, ``content.py``, ``gates.py`` and ``lineage.py`` the parts of the file; ``spec.py`` makes what the
engine needs, ``writer.py`` is the way back to YAML; ``comparison.py`` and ``wording.py`` tell what differs.
"""

from standards.editions.document import ParsedEdition, parse_edition, read_edition
from standards.editions.faults import EditionError, Fault
from standards.editions.spec import spec_of

__all__ = ["EditionError", "Fault", "ParsedEdition", "parse_edition", "read_edition", "spec_of"]
