"""Shows values to people; every text from outside is escaped for its format, and nothing is decided here."""
