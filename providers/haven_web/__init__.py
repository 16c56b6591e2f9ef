"""The page: what a web browser sees of the tree. A gallery made on the server, which works without its scripts.

It is given requests by a provider, such as haven_dav, and knows the tree alone: what a folder shows, what stands for it
and where a person has a folder it asks of the folders. It only reads.
"""

from haven_web.answers import wants_page
from haven_web.connecting import Connecting
from haven_web.errors import ErrorPages
from haven_web.site import Site

__all__ = ["Connecting", "ErrorPages", "Site", "wants_page"]
