"""What changes an audit. Every service here is atomic and appends to the ledger in the same transaction."""
