"""How numbers are written where the product differs from Django: one package per language, named by its code."""
