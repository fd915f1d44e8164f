"""A stand-in for QuickBooks Online: OAuth, the accounting API v3 and pages for a person.

Written from the vendor's published pages; see README.md for what is UNCONFIRMED.
"""
