"""Thousands are set apart as in business reports; Django's own file for Chinese sets nothing apart."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
