"""WHAT WAS SEEN: engagements, answers, evidence, findings, decisions, certificates."""
