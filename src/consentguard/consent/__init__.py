"""What the visitor said, and what follows from it: signals, the signed choice, the decision."""
