"""An invented world to look at and to try: organisations, centres, records, audits. The same every time."""
