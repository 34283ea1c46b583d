"""What the office does from start to end, one verb to a file; the standard library alone."""
