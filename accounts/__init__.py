"""WHO: people, organisations, their contact centres, memberships."""
