"""Tandem: keeps HubSpot and QuickBooks Online in step."""
