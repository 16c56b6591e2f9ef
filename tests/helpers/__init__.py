"""What tests of several parts share: making photos and libraries, running the real server, speaking WebDAV to it."""
