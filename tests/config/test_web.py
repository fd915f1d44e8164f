"""What every page carries: headers, cookies of our own, and who is asking."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client, RequestFactory

from config.proxy import client_address


@pytest.mark.django_db
def test_the_login_page_allows_nothing_from_elsewhere(client):
    answer = client.get("/admin/login/")
    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["object-src"] == "'none'"
    assert answer["X-Frame-Options"] == "DENY"
    assert "tandem_csrf" in answer.cookies


def test_the_root_leads_to_the_admin(client):
    assert client.get("/")["Location"] == "/admin/"


@pytest.mark.django_db
def test_the_fifth_wrong_password_locks_the_pair_of_name_and_address(client, settings):
    settings.AXES_ENABLED = True
    get_user_model().objects.create_superuser("ada", "", "right")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/admin/login/", {"username": "ada", "password": "wrong"})
    answer = client.post("/admin/login/", {"username": "ada", "password": "right"})
    assert answer.status_code == 429
    elsewhere = client.post(
        "/admin/login/", {"username": "ada", "password": "right"}, REMOTE_ADDR="127.0.0.2"
    )
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),  # nobody of ours wrote that header
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),  # what stands left of ours is the visitor's claim
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == expected


def test_static_files_have_hashed_names_and_are_cached_for_good(settings, tmp_path):
    """Issue 6, "Craft": a file's name changes with its content, so nobody needs to ask again."""
    settings.STATIC_ROOT = tmp_path / "static"
    hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": hashed}}
    call_command("collectstatic", interactive=False, verbosity=0)
    url = static("syncapp/css/tandem.css")
    assert re.fullmatch(r"/static/syncapp/css/tandem\.[0-9a-f]{12}\.css", url)
    answer = Client().get(url)  # its own handler: the middleware looks the files up when it is made
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=315360000" in answer.headers["Cache-Control"]
