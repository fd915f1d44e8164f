"""The addresses: the admin, and whatever the app adds.

Knows where things are mounted. Must not hold a view with a rule in it.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

# Django looks for these four names.
handler400 = "syncapp.views.errors.bad_request"
handler403 = "syncapp.views.errors.forbidden"
handler404 = "syncapp.views.errors.not_found"
handler500 = "syncapp.views.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="root"),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url="/static/syncapp/favicon.svg")),
]
if find_spec("syncapp.urls") is not None:
    urlpatterns.append(path("", include("syncapp.urls")))
