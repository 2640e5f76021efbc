"""Commands of the awards room."""
