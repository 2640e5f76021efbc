"""Handing out a workbook, and taking one back."""
