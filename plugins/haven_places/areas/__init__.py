"""The areas that places lie in: tables of regions, islands and groups of countries; README.md has their sources."""
