"""Search by words and meaning: /Search, quoted phrases, and the command `haven search`."""
