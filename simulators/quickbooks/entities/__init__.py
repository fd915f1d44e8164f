"""What QuickBooks' objects look like: tables of fields, and the check of a request against them."""
