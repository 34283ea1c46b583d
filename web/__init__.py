"""Every door that a person or a timer opens."""
