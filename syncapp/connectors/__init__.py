"""The network floor: API clients of the two vendors.

Everything a connector needs comes through its constructor; it knows no framework and no database.
"""
