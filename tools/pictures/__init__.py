"""The pictures of every page: an installation of their own, a story that fills it, and a camera."""
