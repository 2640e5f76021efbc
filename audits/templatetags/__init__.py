"""Template tags of the audits room."""
