"""Writing real files in libraries: places, file operations, uploads. Knows nothing of the tree's folders."""
