"""Real files of the libraries, as the tree writes to them: places, what is done there, uploads. Knows no folder."""
