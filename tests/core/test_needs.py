"""What a record says that waits for another one which cannot go on (ENGINE 2.7)."""

from __future__ import annotations

from syncapp.core.plan import because, needs


def test_the_record_waited_for_is_named_with_its_own_reason():
    told = needs("the invoice “7”", because("inv_shape", detail="it has no lines."))
    assert (told.code, str(told)) == (
        "dependency",
        "It needs the invoice “7”, which is not in sync: QuickBooks cannot hold this invoice: it "
        "has no lines.",
    )


def test_a_chain_names_the_next_two_and_repeats_no_sentence():
    """A payment needs its invoice, that needs its customer, whose name is taken."""
    taken = because("name_in_use", name="Bea Bly", owner="a vendor")
    invoice = needs("the customer “Bea Bly”", taken)
    payment = needs("the invoice “7”", invoice)
    note = needs("the payment “Bea Bly: 5”", payment)
    assert str(payment) == (
        "It needs the invoice “7”, which is not in sync: it needs the customer “Bea Bly”."
    )
    assert str(note) == (
        "It needs the payment “Bea Bly: 5”, which is not in sync: it needs the invoice “7”."
    )
    assert str(taken) not in f"{payment} {note}"
