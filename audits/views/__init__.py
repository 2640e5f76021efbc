"""Pages of the audits room: the list and one engagement, the answer sheet, evidence, findings, steps."""
