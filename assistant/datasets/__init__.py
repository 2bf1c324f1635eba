"""Question sets and gold pages: read from files, with every flaw named by file and line."""
