"""Use cases, one file each: values in, values out, with what a run has from outside as arguments."""
