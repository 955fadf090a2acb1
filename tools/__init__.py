"""What developers run over the repository; no part of the program."""
