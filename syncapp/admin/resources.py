"""The export pages: django-import-export's form, and the files that a worker makes of it.

Must not know the columns (``services/export_columns.py``) nor how a file is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ExportMixin
from import_export.formats import base_formats
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from syncapp import tasks
from syncapp.admin import record_columns, record_filters, rehearsal_records
from syncapp.admin.base import page, render
from syncapp.admin.rehearsals import records_url
from syncapp.admin.soon import soon
from syncapp.models import Export, RecordLink
from syncapp.models.spoken import spoken
from syncapp.services import exports, record_pages, records, rehearsal_files
from syncapp.services.env import real_env
from syncapp.services.export_columns import RecordResource
from syncapp.services.records import RecordChoice

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    ExportBase = ModelAdmin[RecordLink]
else:
    ExportBase = ExportMixin

VIEW = "syncapp.view_recordlink"
#: Earlier exports that a person's page names.
SHOWN = 10


class RecordExportForm(SelectableFieldsExportForm):  # type: ignore[misc] # untyped package
    """Unfold's export form with the columns named as in the file."""

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.fields[field_name].column_name)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].label = gettext_lazy("File format")
        self.fields["format"].initial = "0"


class RecordExportMixin(ExportBase):
    """Export for the record view: the filtered list, chosen columns, three formats."""

    resource_classes = [RecordResource]
    export_form_class = RecordExportForm
    export_template_name = "admin/syncapp/link/export.html"

    def get_urls(self) -> list[URLPattern]:
        """A person's exports, the page of one of them, and its file."""
        allowed = (VIEW, exports.PERMISSION)
        own = [
            path("exports/", page(self, self.exports_view, *allowed),
                 name="syncapp_recordlink_exports"),
            path("exports/<int:pk>/", page(self, self.made_view, *allowed),
                 name="syncapp_recordlink_made"),
            path("exports/<int:pk>/file/", page(self, self.file_view, *allowed),
                 name="syncapp_recordlink_file"),
        ]  # fmt: skip
        return own + super().get_urls()

    def get_export_formats(self) -> list[Any]:
        """CSV, XLSX, JSON, in this order."""
        return [base_formats.CSV, base_formats.XLSX, base_formats.JSON]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Exporting is a permission of its own, for who may see records."""
        return bool(request.user.has_perms((VIEW, exports.PERMISSION)))

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[RecordLink]:
        """What the list shows with the same address."""
        return RecordChoice.from_params(request.GET.dict()).apply(records.listed())

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None
    ) -> HttpResponse:
        """Hand the work to a worker, and show how far it is."""
        choice = RecordChoice.from_params(request.GET.dict())
        export = exports.request(
            user=_user(request),
            choice=choice,
            filter_words=record_filters.sentence(choice),
            format={"CSV": "csv", "XLSX": "xlsx", "JSON": "json"}[type(file_format).__name__],
            columns=export_form.get_selected_resource_export_fields(),
            now=real_env().clock.now(),
        )
        soon(tasks.export_records, export.pk)
        return redirect("admin:syncapp_recordlink_made", export.pk)

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        """What the page shows besides the form: what is going to be exported."""
        context: dict[str, Any] = super().init_request_context_data(request, form)  # type: ignore[misc]
        choice = RecordChoice.from_params(request.GET.dict())
        count = record_pages.count(self.get_export_queryset(request))
        listed = reverse("admin:syncapp_recordlink_changelist")
        shown = {column.field for column in record_columns.chosen(_user(request))}
        return {
            **context,
            "title": _("Export records"),
            "too_many": count > record_pages.COUNTED,
            "count": min(count, record_pages.COUNTED),
            "filter_words": record_filters.sentence(choice),
            "is_asked": request.method != "POST",
            "in_list": [f"recordresource_{name}" for name in shown | {"label", "currency"}],
            "back_url": f"{listed}{record_filters.address(choice.as_params())}",
            "earlier": _own(request)[:SHOWN].count(),
        }

    def exports_view(self, request: HttpRequest) -> HttpResponse:
        """The latest exports of the person."""
        context = {"exports": [_told(one) for one in _own(request)[:SHOWN]], "list_url": _list()}
        template = "admin/syncapp/link/exports.html"
        return render(self, request, template, context, title=_("Your exports"))

    def made_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far an export is, and its file; with ``?part=progress`` only what moves."""
        export = get_object_or_404(_own(request), pk=pk)
        context = {
            "one": _told(export),
            "export": export,
            "list_url": _list(),
            **_rehearsed(export),
        }
        if request.GET.get("part") == "progress":
            return TemplateResponse(request, "admin/syncapp/link/export_progress.html", context)
        return render(
            self, request, "admin/syncapp/link/exported.html", context, title=_("Export records")
        )

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file, for the person who asked for it."""
        export = get_object_or_404(_own(request), pk=pk)
        try:
            path = exports.file_of(export, now=real_env().clock.now())
        except ValidationError as error:
            messages.error(request, spoken(str(error.message)))
            return redirect("admin:syncapp_recordlink_made", pk)
        made = timezone.localdate(export.ended_at).isoformat() if export.ended_at else ""
        found = exports.rehearsal_of(export)
        name = (
            f"tandem-records-{made}.{export.format}"
            if found is None
            else rehearsal_files.name_of(found, export.format)
        )
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _user(request: HttpRequest) -> Any:
    return request.user


def _own(request: HttpRequest) -> QuerySet[Export]:
    return Export.objects.filter(user=_user(request))


def _list() -> str:
    return reverse("admin:syncapp_recordlink_changelist")


def _rehearsed(export: Export) -> dict[str, Any]:
    """The way back to the records of the rehearsal that an export is of."""
    found = exports.rehearsal_of(export)
    return {"rehearsal_url": records_url(found, export.choice["kind"])} if found else {}


def _filter_words(export: Export) -> str:
    """What was chosen, in the reader's language, also where it was asked for in another one."""
    told, choice = exports.words_of(export), export.choice
    if told is not None:
        return told
    if not exports.is_of_rehearsal(export):
        return record_filters.sentence(RecordChoice.from_json(choice["records"]))
    found = exports.rehearsal_of(export)
    if found is None:
        return str(choice.get("words", ""))
    return rehearsal_records.sentence(found, choice["kind"], choice["search"])


def _told(export: Export) -> dict[str, Any]:
    """An export with the addresses of its page and file."""
    return {
        "export": export,
        "filter": _filter_words(export),
        "url": reverse("admin:syncapp_recordlink_made", args=[export.pk]),
        "file_url": reverse("admin:syncapp_recordlink_file", args=[export.pk]),
        "is_ready": export.state == Export.State.READY,
    }


__all__ = ["RecordExportMixin"]
