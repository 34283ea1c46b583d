"""One module to a page: who asks, parse, one call on the office, render."""
