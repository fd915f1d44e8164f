"""The seeded simulation that looks for violations of the engine's promises (ENGINE 5.4).

``python -m tests.simulation SEEDS=100`` runs the product's services between both simulators in
one process: virtual clock, people who work in both systems between any two calls, faults, crashes;
then everything is left in peace and checked.
"""
