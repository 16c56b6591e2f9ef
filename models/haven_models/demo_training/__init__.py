"""How the demo model came to be: a tiny CLIP model trained on pictures that Haven draws. Needs the extra [torch].

    python -m haven_models.demo_training --out DIR

Nothing of Haven imports this; the trained weights lie in haven_models/demo.
"""
