"""The demo model: a tiny CLIP model for trying and testing Haven, with its weights beside this file.

It knows the dozen things in eight places that `haven demo` draws, and nothing of real photos; `demo_training` is how it
was made. It lies in the layout of any other model and is used through the same code.
"""

from pathlib import Path

__all__ = ["demo_model"]


def demo_model() -> Path:
    """Return the folder of the demo model."""
    return Path(__file__).parent
