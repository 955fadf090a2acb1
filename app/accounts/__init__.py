"""Accounts and rights: login sessions, second factors, tokens; roles and their scopes.

Commands take a transaction that their caller opened, and the principal who acts. The commands that
hash a password (`authenticator`) open their own, because hashing never happens inside one. May
import: audit, models, database, settings, errors, kit.
"""
