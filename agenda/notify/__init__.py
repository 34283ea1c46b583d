"""How the office tells people: mail."""
