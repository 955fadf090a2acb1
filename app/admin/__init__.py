"""The face that editors and their tools use: the same nouns as the public one, and its own views.

Every route names its scope in its signature, every change of what exists asks for `If-Match`, and
every POST takes `Idempotency-Key`. May import: http and below, but not delivery.
"""
