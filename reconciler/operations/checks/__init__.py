"""The checks of a set-up by what they look at: functions that return values, and stop at nothing."""
