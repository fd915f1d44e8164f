"""Command line interfaces to the services, and the processes `manage.py up` keeps."""
