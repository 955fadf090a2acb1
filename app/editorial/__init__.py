"""Commands and their input types: every change of content, and the rules of the workflow.

A command takes a transaction that its caller opened: `WriteTx` for drafts, `PublishTx` for public
content. May import: changes, visibility, models, database, public, errors, kit.
"""
