"""An exam for search: a library with all that families have, what they ask it for, and what should come.

`library` draws the photos that library.txt lists, `phrases` reads what is asked. Neither knows how search works.
"""
