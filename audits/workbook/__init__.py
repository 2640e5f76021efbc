"""The workbook that goes out to a spreadsheet and comes back. Pure: no Django, no clock, no database.

``layout`` says which sheets and columns there are, ``writer`` writes them, ``reader`` reads what comes back, ``seal``
holds what was exported under a signature, and ``comparing`` lays exported, present and returned side by side.
"""
