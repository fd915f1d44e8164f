"""The pure core: values in, decisions out.

Knows how records are compared, matched, merged and planned. Imports neither Django nor the
network, and reads no clock and no randomness: everything it needs is passed in.
"""
