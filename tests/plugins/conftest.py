"""Plugins for one test; see helpers/planting.py."""

from helpers.planting import plant

__all__ = ["plant"]
