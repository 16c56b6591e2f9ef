"""Moving in: what other services and programs know of photos is read into one description and applied by one importer.

A reader of each source (takeout, ...) says of every file which folder it goes to, what lies beside it and which albums
it is in: `described.Export`. `importer.Importer` copies what no library has yet, and says the rest by the tree's own
folders. Sources are only read.
"""
