"""What QuickBooks does and refuses when an object is written, a module per sort of object."""
