"""WordPress: export files of the versions 1.0 to 1.2 (WXR), as entries of an import.

`wxr` reads the XML as a stream. `survey` reads all of it once, to know addresses, media and terms
before the first text; `entries` reads it again and yields records. `bodies` and the modules beside
it turn classic texts, blocks and shortcodes into HTML. May import: interchange and below, and the
modules of importers that serve every source.
"""
