"""Questions rewritten: typed carelessly, made unanswerable, made follow-ups of other questions."""
