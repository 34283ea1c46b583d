"""The centre of the house: what a mayor's agenda is, and what the office does with it."""
