"""What the event loop itself reads of the store: the log's head, and on SQLite what is brief.

It imports changes and database. The web framework stays outside.
"""
