"""The app's addresses outside the admin."""

from __future__ import annotations

from django.urls import path

from syncapp.views import health, oauth, personal

urlpatterns = [
    path("i18n/setlang/", personal.set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("oauth/start/<int:connection_id>/", oauth.start, name="oauth_start"),
    path("oauth/callback/<slug:side_name>/", oauth.callback, name="oauth_callback"),
]
