"""The storage of media files: a local folder, or any S3-compatible service.

It knows nothing of the store: a file has a name made of its content's hash, and nothing else.
May import: settings, errors.
"""
