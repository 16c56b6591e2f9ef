"""Publishes the tree over WebDAV, as a provider for wsgidav: in `haven serve`, or in anybody's wsgidav.yaml."""

from haven_dav.provider import HavenProvider

__all__ = ["HavenProvider"]
