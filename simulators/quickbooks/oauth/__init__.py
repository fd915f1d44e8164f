"""Connecting an app to the company: grants and tokens, and the endpoints that hand them out."""
