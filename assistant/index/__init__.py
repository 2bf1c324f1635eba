"""The index on disk: embedders, vectors, lexical postings, the article catalogue, generations, sync."""
