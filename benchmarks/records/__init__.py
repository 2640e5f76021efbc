"""Contact records: the mapping that describes a file, and the reading of it into one shape. No Django in here."""
