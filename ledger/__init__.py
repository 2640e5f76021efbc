"""WHAT HAPPENED: append-only, hash-chained record of every change that matters."""
