"""Translates what other systems export into records of the interchange format.

`listing` reads saved pages; `wordpress`, `ghost` and `folder` read whole archives. Each of these is
a `SourceImport`, which yields entries for `interchange.batch_import` and fills a `SourceReport`,
whose counts balance. Nothing here writes into the store. May import: interchange and below.
"""
