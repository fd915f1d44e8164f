"""The object types, one file each, as data.

A new object type is one file with an ``ObjectType`` and one row in ``registry``.
"""
