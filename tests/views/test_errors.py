"""The pages for what went wrong: for everybody, in both languages, with a next step (B17)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.utils import translation

from syncapp.services import people, preferences
from syncapp.views import errors
from tests.proves import proves

pytestmark = pytest.mark.django_db

ANSWERS = {
    400: (errors.bad_request, "This address or form cannot be read",
          "Não é possível ler este endereço ou formulário"),
    404: (errors.not_found, "This page does not exist", "Esta página não existe"),
    500: (errors.broken, "Something went wrong here", "Algo deu errado aqui"),
}  # fmt: skip


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@proves("B17")
@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_a_stranger_gets_a_page_in_the_browsers_language(status: int, language: str) -> None:
    answer, english, portuguese = ANSWERS[status]
    with translation.override(language):
        told = answer(RequestFactory().get("/nowhere/"))
    page = told.content.decode()
    assert told.status_code == status
    assert (english if language == "en" else portuguese) in page
    assert f'<html lang="{language}">' in page
    assert 'name="viewport"' in page
    assert "Tandem" in page


def test_an_address_that_is_not_there_offers_a_stranger_to_sign_in(client: Client) -> None:
    told = client.get("/nowhere/?a=1", headers={"accept-language": "pt-br"})
    page = told.content.decode()
    assert told.status_code == 404
    assert "Esta página não existe" in page
    assert f'href="{reverse("admin:login")}?next=%2Fnowhere%2F%3Fa%3D1"' in page


def test_somebody_signed_in_is_led_home_and_back(client: Client) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    told = client.get("/nowhere/", headers={"referer": "http://testserver/admin/here/"})
    page = told.content.decode()
    assert f'class="deed main" href="{reverse("admin:index")}"' in page
    assert 'href="http://testserver/admin/here/"' in page


def test_nobody_is_led_back_to_another_site(client: Client) -> None:
    told = client.get("/nowhere/", headers={"referer": "https://evil.example/"})
    assert "evil.example" not in told.content.decode()


def test_what_a_view_itself_says_is_told_and_what_django_says_is_not() -> None:
    request = RequestFactory().get("/nowhere/")
    with translation.override("en"):
        ours = errors.not_found(request, Http404("This month has not been read yet."))
        django = errors.not_found(request, Http404("No Run matches the given query."))
    assert "This month has not been read yet." in ours.content.decode()
    assert "given query" not in django.content.decode()


@proves("B17")
def test_a_refused_page_says_so_in_the_persons_own_language(client: Client) -> None:
    clerk = User.objects.create_user("clerk", "clerk@example.com", is_staff=True)
    preferences.save(user=clerk, name=people.LANGUAGE, value="pt-br")
    client.force_login(clerk)
    told = client.get(reverse("admin:syncapp_recordlink_changelist"))
    page = told.content.decode()
    assert told.status_code == 403
    assert "Sem permissão para abrir esta página" in page
    assert "clerk" in page


@proves("B17")
@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "This address belongs to a button"), ("pt-br", "Este endereço é de um botão")],
)
def test_the_address_of_a_button_opened_by_itself_says_so(
    client: Client, language: str, says: str
) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    told = client.get(reverse("admin:logout"), headers={"accept-language": language})
    assert told.status_code == 405
    assert "POST" in told["Allow"]
    assert "Content-Security-Policy" in told
    page = told.content.decode()
    assert says in page
    assert f'class="deed main" href="{reverse("admin:index")}"' in page


def test_a_page_that_takes_no_form_keeps_its_plain_answer(client: Client) -> None:
    told = client.post("/healthz")
    assert (told.status_code, told.content) == (405, b"")


def test_a_form_without_its_seal_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    told = client.post(reverse("admin:login"), {"username": "a", "password": "b"},
                       headers={"accept-language": "pt-br"})  # fmt: skip
    assert told.status_code == 403
    assert "Este formulário não é mais válido" in told.content.decode()


def test_too_many_wrong_passwords_are_told_as_a_page(settings: Any) -> None:
    settings.AXES_ENABLED = True
    client, wrong = Client(), {"username": "ann", "password": "wrong"}
    answers = [client.post(reverse("admin:login"), wrong) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert "Try again in 15 minutes." in answers[-1].content.decode()


def test_an_error_of_ours_asks_no_database_and_tells_the_time(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    with django_assert_num_queries(0), translation.override("en"):
        page = errors.broken(RequestFactory().get("/admin/")).content.decode()
    assert "UTC</time>" in page


def test_an_error_page_that_cannot_be_made_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise OSError("no templates")

    monkeypatch.setattr(errors, "render_to_string", fails)
    with translation.override("en"):
        told = errors.broken(RequestFactory().get("/admin/"))
    assert told.status_code == 500
    assert "Something went wrong here" in told.content.decode()


def test_the_project_uses_these_pages() -> None:
    resolver = get_resolver()
    assert resolver.resolve_error_handler(400) is errors.bad_request
    assert resolver.resolve_error_handler(403) is errors.forbidden
    assert resolver.resolve_error_handler(404) is errors.not_found
    assert resolver.resolve_error_handler(500) is errors.broken
