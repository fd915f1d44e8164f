"""The addresses of what a person may do to one record beyond trying again and leaving out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from syncapp.admin import record_deeds, record_match, record_view
from syncapp.admin.base import POST, page
from syncapp.models import RecordLink

if TYPE_CHECKING:
    from collections.abc import Callable

VIEW = "syncapp.view_recordlink"


def addresses(model_admin: admin.ModelAdmin[RecordLink]) -> list[URLPattern]:
    """One address per deed, each a POST, and the page that asks which record to link."""

    def match_page(request: HttpRequest, pk: int) -> HttpResponse:
        return record_match.show(model_admin, request, pk)

    def posted(deed: Callable[[HttpRequest, RecordLink], HttpResponse], *needs: str, name: str,
    ) -> URLPattern:  # fmt: skip
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            return deed(request, record_view.find(str(pk)))

        return path(
            f"<int:pk>/{name}/",
            page(model_admin, view, VIEW, *needs, methods=POST),
            name=f"syncapp_recordlink_{name}",
        )

    return [
        path("<int:pk>/match/", page(model_admin, match_page, VIEW, record_deeds.LINK),
             name="syncapp_recordlink_match"),
        path("<int:pk>/link/",
             page(model_admin, record_match.choose, VIEW, record_deeds.LINK, methods=POST),
             name="syncapp_recordlink_link"),
        posted(record_deeds.unlink, record_deeds.LINK, name="unlink"),
        posted(record_deeds.create, record_deeds.LINK, name="create"),
        posted(record_deeds.decide, record_deeds.DECIDE, name="decide"),
    ]  # fmt: skip
