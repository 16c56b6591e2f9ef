"""People: finds faces, groups them, and lets their folders be named."""
