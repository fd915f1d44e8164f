"""What runs before the virtual environment is there, or beside it."""
