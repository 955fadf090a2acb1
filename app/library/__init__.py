"""The media library: an upload becomes files, and the files stay true to the store's rows.

Files come first and rows after, files go last: a crash between leaves a file that no row names,
never a row without its file. May import: runtime, storage, editorial, imaging, errors, kit.
"""
