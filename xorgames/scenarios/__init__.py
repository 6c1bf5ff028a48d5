"""Applications played out: what a game is worth in the units of those who play it."""
