"""Photos that are there twice: /Review/Duplicates."""
