"""The guides, walked command by command as they are printed."""
