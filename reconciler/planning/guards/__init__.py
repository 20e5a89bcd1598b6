"""Guards: pure functions that return findings against a plan, counted in people; they change nothing."""
