"""The shell: short functions that see both the rows and the network."""
