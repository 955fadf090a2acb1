"""The face that editors and their tools use: the nouns of the public face, with views of its own.

Every route names its scope in its signature. Every change of an existing object requires
`If-Match`, and every POST accepts `Idempotency-Key`. May import: http and below, but not delivery.
"""
