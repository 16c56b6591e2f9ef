"""Pictures that Haven makes of originals, to look at in their place: small ones, upright JPEGs, films for TVs.

`sizes` says which there are and how long each file is before it is made, `making` makes them, in worker processes
(`makers`), `cache` keeps them within bounds, and `renditions` is what the rest of Haven asks. `films` is about videos.
"""
