"""Forget a person: one transaction over every place that may know them, and a report of it.

`person` finds out who is meant and goes from place to place: `belongings` (the account and what
is its own), `traces` (names beside what they did, the audit, stored answers) and `texts` (bylines
and credits, public ones too). May import: editorial, accounts, audit, changes, models, database,
errors, kit.
"""
