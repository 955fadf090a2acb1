"""Commands and their input types: all that changes content, and the rules of the workflow.

A command takes a transaction that its caller opened: `WriteTx` for drafts, `PublishTx` for what
the public sees. May import: changes, visibility, models, database, public, errors, kit.
"""
