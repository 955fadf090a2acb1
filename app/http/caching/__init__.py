"""The response cache: whole public answers in memory, given on the event loop.

`middleware` decides; `freshness` reads what a response depends on; `responses` stores; `sending`
answers one client; `encodings` compresses.
"""
