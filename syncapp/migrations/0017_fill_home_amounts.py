"""Work out what the amounts of known documents are worth in the company's home currency."""

from decimal import Decimal, InvalidOperation

from django.db import migrations

CHUNK = 500
DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def rate_of(link):
    try:
        rate = Decimal(str((link.quickbooks_seen or {}).get("ExchangeRate")))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and rate > 0 else None


def fill(apps, schema_editor):
    Definition = apps.get_model("syncapp", "SyncDefinition")
    Link = apps.get_model("syncapp", "RecordLink")
    for definition in Definition.objects.select_related("pair__quickbooks"):
        home = str(definition.pair.quickbooks.details.get("currency", ""))
        if not home:
            continue
        links = Link.objects.filter(definition=definition, amount__isnull=False)
        changed = []
        for link in links.iterator(chunk_size=CHUNK):
            if link.currency.upper() in {"", home.upper()}:
                link.home_amount = link.amount
            else:
                rate = rate_of(link)
                if rate is None:
                    continue
                worth = (link.amount * rate).quantize(
                    Decimal(1).scaleb(-DIGITS.get(home.upper(), 2)), rounding="ROUND_HALF_UP"
                )
                if abs(worth) >= Decimal(10) ** 14:
                    continue
                link.home_amount = worth
            changed.append(link)
            if len(changed) == CHUNK:
                Link.objects.bulk_update(changed, ["home_amount"])
                changed = []
        Link.objects.bulk_update(changed, ["home_amount"])


class Migration(migrations.Migration):

    dependencies = [("syncapp", "0016_kept_counts_and_attention")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
