"""Pages: exports, the summary of one audit, the public verification."""
