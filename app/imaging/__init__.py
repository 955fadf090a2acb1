"""Judges uploads by their content, and makes pictures anew from their pixels.

Pure: bytes in, bytes out. The decoders are large C libraries that read strangers' bytes, so they
run in a process of their own: `sandbox` starts it, and `sandbox_child` runs in it and imports
nothing else of the service. May import: errors, kit.
"""
