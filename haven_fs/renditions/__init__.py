"""Renditions of originals: the same photo or video as a file that more programs can show, or load faster."""
