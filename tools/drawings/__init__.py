"""Draws the pictures of the sample content, so that they belong to nobody and show nobody."""
