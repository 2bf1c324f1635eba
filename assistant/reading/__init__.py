"""Question and texts to answer spans: windows, scoring, span search."""
