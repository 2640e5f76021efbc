"""Commands of the audits room."""
