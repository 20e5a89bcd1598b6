"""From files in a configuration repository to documents; it never asks the service anything."""
