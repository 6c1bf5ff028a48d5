"""Which game should I play instead? Families of games, and maps of what they are worth."""
