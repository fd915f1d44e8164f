"""Amounts, days and moments in the reader's notation, and sentences that hold them (B17)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from syncapp.models import figures
from syncapp.models.spoken import spoken, spoken_label, spoken_parts
from tests.proves import proves


@proves("B17")
@pytest.mark.parametrize(
    ("value", "currency", "english", "portuguese"),
    [
        (Decimal("11183.3"), "USD", "11,183.30 USD", "11.183,30 USD"),
        ("1480.000000", "USD", "1,480.00 USD", "1.480,00 USD"),
        (Decimal("-0.5"), "BRL", "-0.50 BRL", "-0,50 BRL"),
        ("5000", "JPY", "5,000 JPY", "5.000 JPY"),
        ("1.005", "USD", "1.005 USD", "1,005 USD"),  # rounded, it would hide a difference
        (Decimal(0), "", "0.00", "0,00"),
        (None, "USD", "", ""),
        ("none", "USD", "", ""),
    ],
)
def test_an_amount_follows_the_readers_language_and_keeps_its_currency(
    value: Decimal | str | None, currency: str, english: str, portuguese: str
) -> None:
    with translation.override("en"):
        assert figures.money(value, currency) == english
    with translation.override("pt-br"):
        assert figures.money(value, currency) == portuguese


@proves("B17")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Sao_Paulo", "Pacific/Pago_Pago"])
def test_a_documents_day_is_never_shifted(zone: str) -> None:
    with timezone.override(zone), translation.override("pt-br"):
        assert figures.day(date(2026, 10, 31)) == "31/10/2026"
        assert figures.day("2026-10-31") == "31/10/2026"
        assert figures.text("2026-10-31") == "31/10/2026"
        assert figures.text("2026-10-31T00:00:00.000Z") == "31/10/2026"
    with timezone.override(zone), translation.override("en"):
        assert figures.day(date(2026, 10, 31)) == "Oct 31, 2026"
    assert figures.day(None) == ""


def test_a_moment_is_told_in_the_readers_time_zone() -> None:
    moment = datetime(2026, 11, 1, 2, 30, tzinfo=UTC)
    with timezone.override("America/Sao_Paulo"):
        with translation.override("pt-br"):
            assert figures.moment(moment) == "31/10/2026 23:30"
            assert figures.text("2026-11-01T02:30:00.000Z") == "31/10/2026 23:30"
            assert figures.text("2026-11-01 02:30:00 UTC") == "31/10/2026 23:30"
        with translation.override("en"):
            assert figures.moment(moment) == "Oct 31, 2026, 11:30 PM"


@pytest.mark.parametrize(
    ("told", "portuguese"),
    [
        (" (6,213.50 USD)", " (6.213,50 USD)"),
        ("1,250", "1.250"),
        ("Lawn: 4 x 85.5 = 1,340.00; Hedge: 9.90", "Lawn: 4 x 85,5 = 1.340,00; Hedge: 9,90"),
        ("INV-2026-10", "INV-2026-10"),
        ("Version 1.50", "Version 1.50"),
        ("170.00", "170.00"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_figures_inside_of_a_stored_text_are_told_and_names_are_left(
    told: str, portuguese: str
) -> None:
    with translation.override("pt-br"):
        assert figures.text(told) == portuguese


@proves("B17")
@pytest.mark.parametrize(
    ("stored", "portuguese"),
    [
        (
            "Only the open balance differs, by a payment that is not on both sides (No account is "
            "chosen for payments of the kind “Recorded by hand”).",
            "Só o saldo em aberto é diferente, por causa de um pagamento que não está nos dois "
            "lados (Não há conta escolhida para pagamentos do tipo “Registrado manualmente”).",
        ),
        (
            "It is not written to QuickBooks before a person approves it (6,213.50 USD).",
            "Não é gravado no QuickBooks antes da aprovação de uma pessoa (6.213,50 USD).",
        ),
        (
            "The invoice date was moved in QuickBooks from 2026-10-29 to 2026-11-02.",
            "A data da fatura foi alterada no QuickBooks de 29/10/2026 para 02/11/2026.",
        ),
        (
            "Your filter leaves it out: it is required that it has an invoice of which Invoice "
            "status is none of “draft” and Create Date is after the start of “2026-11-22”.",
            "O filtro deixa este registro de fora: condição não atendida: tem uma fatura em que "
            "Status da fatura não é nenhum de “draft” e Create Date é posterior a “22/11/2026” "
            "(início do dia).",
        ),
        (
            "Somebody else has to mark it as checked first.",
            "Antes, outra pessoa precisa marcar como conferida.",
        ),
        ("removed in QuickBooks", "removido no QuickBooks"),
        (
            "The sync of invoices is turned off, so nothing keeps the two sides in step.",
            "A sincronização de faturas está desativada; por isso, nada mantém os dois lados "
            "iguais.",
        ),
    ],
)
def test_a_stored_sentence_is_told_in_portuguese_to_the_last_word(
    stored: str, portuguese: str
) -> None:
    with translation.override("pt-br"):
        assert spoken(stored) == portuguese
    with translation.override("en"):
        assert spoken(stored) == stored


def test_what_fills_in_a_reason_is_told_in_the_readers_notation_and_a_name_is_not() -> None:
    params = {
        "owner": "another customer, vendor or employee (id 10)", "amount": "1,480.00 USD",
        "date": "2026-10-31", "name": "2026-10-31", "processor": "Recorded by hand",
    }  # fmt: skip
    with translation.override("pt-br"):
        assert spoken_parts(params) == {
            "owner": "outro cliente, fornecedor ou funcionário (ID 10)", "amount": "1.480,00 USD",
            "date": "31/10/2026", "name": "2026-10-31", "processor": "Registrado manualmente",
        }  # fmt: skip
    with translation.override("en"):
        assert spoken_parts(params) == {**params, "date": "Oct 31, 2026"}


def test_a_payment_without_a_name_is_called_payment_in_the_readers_language() -> None:
    with translation.override("pt-br"):
        assert spoken_label("Payment: 1595.85", Decimal("1595.850000")) == "Pagamento: 1.595,85"
        assert spoken_label("Ana: 170.00", Decimal(170)) == "Ana: 170,00"
        assert spoken_label("Room: 12", None) == "Room: 12"
        assert spoken_label("Room: 12", Decimal(30)) == "Room: 12"
