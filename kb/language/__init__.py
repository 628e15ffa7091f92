"""The reading of immigration language: one reading for documents and queries, for every engine."""
