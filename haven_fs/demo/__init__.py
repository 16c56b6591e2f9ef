"""A small made library of drawn pictures, so that all of Haven can be tried with no photos at hand."""

from haven_fs.demo.library import make_demo_library

__all__ = ["make_demo_library"]
