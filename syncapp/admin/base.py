"""What every page of the admin shares: permission checks, POST-only actions, rendering.

Knows how a page is guarded and drawn. Must not know what is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin
from unfold.decorators import display as unfold_display

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin
else:
    BaseAdmin = ModelAdmin

View = Callable[..., HttpResponseBase]
F = TypeVar("F", bound=Callable[..., Any])
NOTHING = "-"  # an empty cell of a list
READ = ("GET", "HEAD")
POST = ("POST",)


def display(**options: Any) -> Callable[[F], F]:
    """Unfold's decorator for a column of a list, with types."""
    return cast("Callable[[F], F]", unfold_display(**options))


def require(request: HttpRequest, *permissions: str) -> None:
    """Refuse (403) whoever lacks one of the permissions ("syncapp.run_accountpair").

    Raises:
        PermissionDenied: At least one is missing.
    """
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def page(
    model_admin: admin.ModelAdmin[Any],
    view: View,
    *permissions: str,
    methods: tuple[str, ...] = READ,
) -> View:
    """A view for a custom address: login first, then permissions, then the method.

    The order matters: a person without the permission learns nothing, not even that the
    address wants a POST. Pages only read; whatever changes something says ``methods=POST``.
    """

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request, *permissions)
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        return view(request, *args, **kwargs)

    return model_admin.admin_site.admin_view(guarded)


def render(
    model_admin: admin.ModelAdmin[Any],
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    status: int = 200,
) -> TemplateResponse:
    """A page with the admin's frame around it."""
    site = model_admin.admin_site
    request.current_app = site.name
    whole = {**site.each_context(request), "title": title, "model_admin": model_admin, **context}
    return TemplateResponse(request, template, whole, status=status)


def link(name: str, *args: object) -> str:
    """The address of a page; "" while that page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def back(request: HttpRequest, fallback: str) -> HttpResponse:
    """To the page a form named in ``next``, if that is one of ours; else to the fallback."""
    target = request.POST.get(REDIRECT_FIELD_NAME, "")
    hosts = {request.get_host()}
    secure = request.is_secure()
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts=hosts, require_https=secure
    ):
        return redirect(target)
    return redirect(fallback)


class PlainRows(ChangeList):
    """A list whose rows lead nowhere: what is listed says all there is."""

    def url_for_result(self, result: models.Model) -> str:
        """No address: the first column is shown as it is.

        Raises:
            NoReverseMatch: Always; the theme then shows the value without a link.
        """
        raise NoReverseMatch


class NoLinksMixin:
    """For lists without links to single rows; they name their first column's links all the same.

    Without any name the theme takes the first column for the boxes that select rows, and calls
    it so on narrow screens.
    """

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list without links."""
        return PlainRows


class ReadOnlyMixin:
    """For what only the engine writes: shown, never edited by hand."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes one."""
        return False
