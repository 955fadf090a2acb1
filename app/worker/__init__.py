"""The followers of the change log: each works after the commit, at its own pace, with a cursor.

`serve` runs them in a thread, `willay worker` alone. May import: runtime and below.
"""
