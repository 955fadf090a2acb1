"""Where the bytes of media are kept: a local folder, or any S3-compatible service.

Knows nothing of the store: a file has a name made of its content's hash, and that is all.
May import: settings, errors.
"""
