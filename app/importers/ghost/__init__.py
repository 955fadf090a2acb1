"""Ghost: exports of the versions 0.x to 6, as entries of an import.

`export_file` reads the JSON. `cards`, `lexical` and `mobiledoc` make HTML of sources that have
none; `entries` yields the records. May import: interchange and below, and the modules of importers
that serve every source.
"""
