"""Checks on files that are not part of the project, skipped where they are not there."""
