"""Local model files and how they are run: ONNX graphs, their weights, tokenizers.

``reader/`` and ``embedder/`` hold files; ``export.py`` makes the ONNX ones among them again.
"""
