"""What the office does, one verb to a file: read, let the model judge, keep the result in one transaction."""
