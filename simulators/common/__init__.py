"""What both simulators share: clock, ledger, faults, state, limits, web and sample people.

Knows nothing about HubSpot or QuickBooks.
"""
