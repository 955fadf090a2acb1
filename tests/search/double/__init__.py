"""An HTTP server that behaves as Meilisearch 1.50 does, as far as we use it, with faults to order.

What Willay never asks is answered 501: a test that comes to need it fails, and says of what.

It need not rank as the real one does: which documents an answer holds, in which bounds and shapes,
and every order that is promised are the same. `test_double.py` holds it against recorded exchanges
with a real server and lets the official client judge it. Knows nothing of the program.
"""
