"""Commands of Django that do something more here; an app of its own, above Django's.

The first app that has a command gives it. The main app cannot stand there: its groups are made
after Django's auth has made their permissions, which happens in the order of the apps.
"""
