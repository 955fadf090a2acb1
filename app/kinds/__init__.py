"""Kinds of content whose rows have an interval of their own, each described once.

Code for all kinds (the log, search, the audit, erasure, interchange) iterates over
`registry.DATED_KINDS`. May import: visibility, models, database, public, errors, kit.
"""
