"""Charts as SVG text, from one source for screen and paper. Pure: no Django, no files, no clock.

``canvas``, ``axes`` and ``marks`` are what every chart of the product is drawn with; the others are pictures of
measurements. Each returns one ``<svg>`` with ``<title>`` and ``<desc>``, made of presentation attributes only (a
content security policy forbids style attributes), with text escaped. States differ by shape as well as by colour, so
that a grey print says the same.
"""
