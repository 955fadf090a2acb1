"""The media library: an upload becomes files, which stay consistent with the store's rows.

Files are written before rows and removed after them. So a crash between leaves a file without a
row, never a row without its file. May import: runtime, storage, editorial, imaging, errors, kit.
"""
