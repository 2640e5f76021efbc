"""What templates of the awards room say."""
