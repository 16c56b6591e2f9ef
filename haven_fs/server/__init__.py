"""`haven serve`: cheroot and wsgidav put together, users, TLS, indexing beside it."""
