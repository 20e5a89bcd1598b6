"""One file a command: the only place where reading, planning, writing and showing meet."""
