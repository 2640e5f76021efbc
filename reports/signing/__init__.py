"""Signing what leaves the house: where the key is, PDFs (PAdES), JSON (JWS). No Django.

Begin in ``source.py`` (what an operator says about the key) and ``keys.py`` (from that to a key that signs).
``own.py`` makes a key where none was given, ``pades.py`` signs a PDF, ``jose.py`` signs JSON.
"""
