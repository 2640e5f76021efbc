"""What pages of award programmes read."""
