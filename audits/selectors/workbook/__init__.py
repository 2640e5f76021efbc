"""What a workbook says of an audit, and what a returned one would do to it."""
