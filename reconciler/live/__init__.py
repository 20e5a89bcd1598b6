"""Everything that talks to the service; it hands out values and decides nothing about them."""
