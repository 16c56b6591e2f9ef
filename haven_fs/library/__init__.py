"""What is on disk: walk, watch, pair companions, tell types, read metadata. No database, no HTTP."""
