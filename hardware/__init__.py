"""What must a machine do to win, and does this one?"""
