"""Newsletters: who subscribes, what each issue tells, and what came back of it.

An issue is made of what became visible since the one before, judged at the log's clock, and asked
again when each letter goes. An address is kept encrypted, and only here; a link in a letter is
derived from the installation's key, so no secret of a reader is stored. How a letter is made and
sent is above (`letters`).
May import: published, accounts, outbox, audit, changes, models, database, settings, public, errors,
kit.
"""
