"""The query language: text to statement (parser), statement to objects (execution)."""
