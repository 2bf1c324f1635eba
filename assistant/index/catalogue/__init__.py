"""The catalogue of an index, in SQLite: files, articles, passages, families, and which generation has what."""
