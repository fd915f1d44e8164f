"""A month of a real-looking company, and what must become of each of its records.

Independent of the product: nothing here imports it (``test_independence.py``), every amount is
computed with this package's own ``Decimal`` arithmetic, every outcome from its own reading of the
rules.
"""
