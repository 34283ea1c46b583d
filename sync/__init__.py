"""Connectors: a provider's words into ours and back."""
