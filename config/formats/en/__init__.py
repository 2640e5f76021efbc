"""English, as the world outside the United States reads it."""
