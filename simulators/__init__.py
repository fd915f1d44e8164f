"""Stand-ins for the two vendors, as separate programs.

They know the vendors' published behaviour and nothing about Tandem: nothing here imports
``syncapp``, and nothing there imports this, so one misreading cannot hide on both ends.
"""
