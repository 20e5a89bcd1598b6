"""Finds the people behind logins and says whose lists must be read for that; it decides no change."""
