"""After the commit: whatever follows the change log, at its own pace and with its own cursor.

`serve` runs it in a thread, `willay worker` alone. May import: runtime and below.
"""
