"""How the demo's face models came to be: a tiny detector and embedder trained on people that Haven draws.

    python -m haven_models.demo_faces_training OUT

Needs the extra [torch]. Nothing of Haven imports this; the trained nets lie in haven_models/demo_faces.
"""
