"""Who may do what: accounts, login sessions, second factors, tokens; roles and their scopes.

Commands take a transaction that their caller opened and the principal who acts; what needs a
password hashed (`authenticator`) opens its own, because hashing never happens inside one.
May import: audit, models, database, settings, errors, kit.
"""
