"""Many games, on many workers, with nothing lost or done twice."""
