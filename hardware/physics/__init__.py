"""The physics under a heralded link: from cavity, atom, fibre and detector to rate and state."""
