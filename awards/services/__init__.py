"""What is done in award programmes."""
