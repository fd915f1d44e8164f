"""How dates are written on pages and in mails, one form per language; numbers follow Django."""
