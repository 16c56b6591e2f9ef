"""The demo's face models: a tiny detector and embedder that know the people Haven draws, and nobody else.

They lie beside this file as InsightFace has its models, so they are used through the same code; `demo_faces_training`
is how they were made.
"""

from pathlib import Path

__all__ = ["demo_faces"]


def demo_faces() -> Path:
    """Return the folder of the demo's face models."""
    return Path(__file__).parent
