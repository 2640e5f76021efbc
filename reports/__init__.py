"""WHAT IS SHOWN: documents, PDF, charts, exports, public verification."""
