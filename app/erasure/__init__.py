"""Forget a person: one transaction over every place that may name them, and a report.

`person` identifies the person and calls the places in turn: `belongings` (the account and its own
rows), `traces` (names beside their acts, the audit, stored answers), `notes` (what they wrote to
others, and others of them), `author_records` (what is said of authors) and `texts` (bylines and
credits, public ones too). May import: editorial, accounts, audit, author_counts, changes, models,
database, errors, kit.
"""
