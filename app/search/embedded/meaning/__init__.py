"""Meaning: an optional ranker, which finds a text that says the same in other words.

A model on this machine turns each English text, and each English question, into vectors; texts
whose vectors lie near the question's come first. Nothing is downloaded. numpy and onnxruntime are
imported by `onnx_encoder`, `vectors` and `reranking` alone, and nothing imports these three unless
the operator names a model: `opening` and the engine import them when they are needed.

May import: the modules of the embedded engine below `searching`.
"""
