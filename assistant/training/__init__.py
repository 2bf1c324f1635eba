"""Training a reader: what it is given to learn from, and how it learns."""
