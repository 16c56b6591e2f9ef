"""Search by meaning with a CLIP model: embeds photos and ranks them by a text or a picture."""
