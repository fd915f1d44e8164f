"""What makes this an app with commands."""
