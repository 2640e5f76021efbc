"""Where centres stand, in words and pictures, in the active language."""
