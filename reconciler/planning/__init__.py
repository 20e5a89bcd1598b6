"""Makes a plan from documents and live state; it reads and writes nothing."""
