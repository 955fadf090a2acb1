"""Feeds, pure: (channel, public articles) → bytes. May import: public, kit."""
