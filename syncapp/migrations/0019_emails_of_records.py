"""Fills in the e-mail of contacts that are known already, from their match keys."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    link = apps.get_model("syncapp", "RecordLink")
    key = apps.get_model("syncapp", "RecordKey")
    first = key.objects.filter(link=OuterRef("pk"), purpose="match", value__contains="@")
    # The order of a link's own label: QuickBooks before HubSpot.
    value = Subquery(first.order_by("-side", "pk").values("value")[:1])
    link.objects.filter(definition__object_type="contacts").update(
        email=Coalesce(value, Value(""))
    )


class Migration(migrations.Migration):

    dependencies = [
        ('syncapp', '0018_record_list_and_exports'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
