"""Kinds of content whose rows have an interval of their own, each described once.

Whatever goes over the kinds (the log, search, the audit, erasure, interchange) goes over
`registry.DATED_KINDS`. May import: visibility, models, database, public, errors, kit.
"""
