"""The catalogue of an index, in SQLite: files, articles, passages, copies, and which commit has what."""
