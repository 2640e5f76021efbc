"""One test or more per row of the security checklist, named after the row's number (OWASP ASVS 5.0.0)."""
