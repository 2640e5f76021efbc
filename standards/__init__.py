"""WHAT IS ASKED: editions, blocks, clauses, criteria, tiers; the scoring engine."""
