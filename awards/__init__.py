"""WHO IS BEST: judging of award entrants."""
