"""Uploads judged by their content, and pictures made anew from their pixels.

Pure: bytes in, bytes out. The decoders, which are large libraries in C fed by strangers, run in a
process of their own (`sandbox` starts it, `sandbox_child` is what runs there); nothing else of the
service is imported by it. May import: errors, kit.
"""
