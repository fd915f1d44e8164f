"""A stand-in for HubSpot's public API and the few pages of HubSpot a person needs.

Written from HubSpot's documentation; what no source settles is marked UNCONFIRMED at the spot.
"""
