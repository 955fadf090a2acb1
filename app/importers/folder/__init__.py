"""Folders of Markdown: Hugo, Jekyll, Astro and plain ones, as entries of an import.

`front_matter` reads what stands before a text; `files` walks the folder and says what each file is;
`codes` and `texts` turn shortcodes, links and pictures into Markdown of our own. May import:
interchange and below, and the modules of importers that serve every source.
"""
