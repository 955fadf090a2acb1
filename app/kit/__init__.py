"""Small pure tools: time, identifiers, paging keys, text. No I/O; imports nothing of ours."""
