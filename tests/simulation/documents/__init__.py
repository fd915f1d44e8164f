"""The simulation of products, invoices and payments (issue 5): the people, the clicks, the checks.

Everything around them (faults, crash points, clock, second workers) is that of contacts; the
contacts of these scenarios are played and checked as they are there.
"""
