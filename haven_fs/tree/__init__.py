"""The one virtual file system made of smart folders; knows nothing of HTTP."""
