"""The export page: django-import-export's form and flow around a file written row by row.

Small lists are answered at once; large ones are written by a worker, and a notification says
when the file is ready. Must not know the columns (``services/exports.py``).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ExportMixin
from import_export.formats import base_formats
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from syncapp import tasks
from syncapp.models import RecordLink
from syncapp.services import exports
from syncapp.services.exports import RecordResource
from syncapp.services.records import RecordChoice

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    ExportBase = ModelAdmin[RecordLink]
else:
    ExportBase = ExportMixin


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

    def get_export_formats(self) -> list[Any]:
        """CSV, XLSX, JSON, in this order."""
        return [base_formats.CSV, base_formats.XLSX, base_formats.JSON]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Exporting is a permission of its own."""
        return bool(request.user.has_perm(exports.PERMISSION))

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None
    ) -> HttpResponse | FileResponse:
        """Answer with the file, or hand the work to a worker."""
        name = {"CSV": "csv", "XLSX": "xlsx", "JSON": "json"}[type(file_format).__name__]
        columns = export_form.get_selected_resource_export_fields()
        if exports.too_many_to_wait(queryset):
            choice = RecordChoice.from_params(request.GET.dict())
            _start_in_background(request, choice, name, columns)
            messages.info(
                request,
                _(
                    "The list is long, so the file is made in the background. You get a "
                    "notification here when it is ready."
                ),
            )
            return redirect("admin:syncapp_recordlink_changelist")
        today = timezone.localdate().isoformat()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"records.{name}"
            exports.write_records(queryset, format=name, path=path, columns=columns)
            opened = path.open("rb")  # the answer reads on after the folder is gone
        return FileResponse(opened, as_attachment=True, filename=f"tandem-records-{today}.{name}")

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        """What the page shows besides the form: what is going to be exported."""
        context: dict[str, Any] = super().init_request_context_data(request, form)  # type: ignore[misc]
        chosen = self.get_export_queryset(request)  # type: ignore[attr-defined]
        listed = reverse("admin:syncapp_recordlink_changelist")
        many = exports.too_many_to_wait(chosen)
        return {
            **context,
            "title": _("Export records"),
            "too_many": many,
            "count": exports.INLINE_ROWS if many else chosen.count(),
            "back_url": f"{listed}?{request.GET.urlencode()}",
        }

    def download_view(self, request: HttpRequest, name: str) -> FileResponse:
        """A file made in the background, for the person who asked for it."""
        try:
            path = exports.exported_file(name, user=request.user)
        except ValidationError as error:
            raise Http404(error.message) from error
        return FileResponse(path.open("rb"), as_attachment=True, filename=name.split("-", 2)[2])


def _start_in_background(
    request: HttpRequest, choice: RecordChoice, name: str, columns: list[str]
) -> None:
    pattern = reverse("admin:syncapp_recordlink_download", args=["NAME"])
    user_id = int(request.user.pk or 0)
    transaction.on_commit(
        lambda: tasks.export_records.delay(
            user_id, choice.as_json(), name, columns, pattern.replace("NAME", "{name}")
        )
    )


__all__ = ["RecordExportMixin"]
