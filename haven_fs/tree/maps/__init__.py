"""The map of photos: clusters made by the catalog, the page's part in a browser, a file that stands alone, GPX and KML.

Any folder about photos can be shown: what a map needs of a photo is in the columns `quadkey`, `latitude`, `longitude`
and `day`. The lines of the world come with Haven, and nothing from anywhere else.
"""
