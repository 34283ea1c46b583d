"""What the deployment and the office have decided, read once at the start."""
