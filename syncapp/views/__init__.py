"""Pages outside the admin: the vendors' way back, and the health check; no rules."""
