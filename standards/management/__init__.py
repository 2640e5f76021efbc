"""Commands of the standards room."""
