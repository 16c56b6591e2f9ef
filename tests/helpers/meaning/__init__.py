"""The table of writes: what each of them means in each kind of folder, whoever does it."""
