"""What is the game worth? Solvers propose, `certificate` disposes."""
