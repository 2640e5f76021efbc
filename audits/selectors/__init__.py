"""What pages and reports read about audits, in a constant number of queries."""
