"""Copies of a running service, and their restoration elsewhere.

A copy is portable: it has every table as JSON Lines, read in one snapshot. So it can be taken from
either database and restored into either, by this or any later version. A copy is complete or
absent. May import: schema, accounts, changes, models, database, settings, errors, kit.
"""
