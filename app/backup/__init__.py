"""Copies of a running service, and bringing one up elsewhere.

A copy is portable: every table as JSON Lines, read in one snapshot, so it is taken from either
database and restored into either, by this or any later version. It is whole or it is not there.
May import: schema, accounts, changes, models, database, settings, errors, kit.
"""
