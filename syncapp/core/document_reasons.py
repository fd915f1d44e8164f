"""The rows of the catalogue of reasons that only invoices and payments have (ENGINE 3).

See ``reasons`` for what a row says, and for the rows of every object.
"""

from __future__ import annotations

from syncapp.core.reason_types import Category, Fixer, Reason, Retry, State

_W, _F, _E = State.WAITING, State.FAILING, State.EXCLUDED

DOCUMENT_REASONS: tuple[Reason, ...] = (
    Reason(
        "approval_period", _W, Category.WAITING,
        "It is dated {date}, in a period that was reviewed through {reviewed}. Nothing is "
        "written to QuickBooks before a person approves it{money}.",
        "Somebody with the role approver approves it under Approvals; or change its date.",
        Fixer.HERE, Retry.APPROVED,
    ),
    Reason(
        "approval_posting", _W, Category.WAITING,
        "It is not written to QuickBooks before a person approves it{money}.",
        "Somebody with the role approver approves it under Approvals.", Fixer.HERE,
        Retry.APPROVED,
    ),
    Reason(
        "approval_sent_back", _F, Category.DECISION,
        "{who} did not approve what would be written to QuickBooks: {note}",
        "Change the record, or ask again under Approvals.", Fixer.HERE, needs_decision=True,
    ),
    Reason(
        "pay_processing", _W, Category.WAITING,
        "The payment is still being processed in HubSpot.",
        "Nothing to do; it is posted once the money has arrived.", Fixer.NOBODY, Retry.SOON,
    ),
    Reason(
        "payments_unread", _W, Category.WAITING,
        "Its balance changed in QuickBooks; the payment behind that is not read yet.",
        "Nothing to do.", Fixer.NOBODY, Retry.SOON,
    ),
    Reason(
        "inv_lines_open", _W, Category.WAITING,
        "Its lines are being written; the invoice stays a draft in HubSpot until then.",
        "Nothing to do.", Fixer.NOBODY, Retry.SOON,
    ),
    Reason(
        "inv_draft", _E, Category.CHOICE,
        "It is a draft. Drafts never leave HubSpot.",
        "Finalize the invoice in HubSpot when it should be sent.", Fixer.HUBSPOT,
    ),
    Reason(
        "pay_no_invoice", _E, Category.CHOICE,
        "The payment belongs to no invoice.",
        "Enter it in QuickBooks by hand if it is not there yet.", Fixer.QUICKBOOKS,
    ),
    Reason(
        "pay_not_from_hubspot", _E, Category.CHOICE,
        "HubSpot only shows this payment; QuickBooks keeps it.",
        "Nothing to do.", Fixer.NOBODY,
    ),
    Reason(
        "pay_from_hubspot", _E, Category.CHOICE,
        "HubSpot collected this payment and shows it already.",
        "Nothing to do.", Fixer.NOBODY,
    ),
    Reason(
        "pay_invoice_not_synced", _E, Category.CHOICE,
        "Its invoice is not synced, so the payment is not either.",
        "Include the invoice if its payments should be synced.", Fixer.HERE,
    ),
    Reason(
        "pay_no_deal", _E, Category.CHOICE,
        "Its invoice belongs to no deal, so there is no timeline to note it on.",
        "Nothing to do.", Fixer.NOBODY,
    ),
    Reason(
        "refund_no_contact", _E, Category.CHOICE,
        "The customer of this refund has no contact in HubSpot to show it on.",
        "Nothing to do in QuickBooks; sync the customer if the refund should be shown.",
        Fixer.HERE,
    ),
    Reason(
        "pay_failed", _E, Category.CHOICE,
        "The payment failed in HubSpot: no money arrived.",
        "Nothing to do.", Fixer.NOBODY,
    ),
    Reason(
        "inv_not_from_hubspot", _E, Category.CHOICE,
        "It was not made in HubSpot: another integration brought it, or it is kept as data "
        "only.",
        "Nothing to do; such invoices live in the other system.", Fixer.NOBODY,
    ),
    Reason(
        "inv_no_customer", _F, Category.INCOMPLETE,
        "An invoice needs exactly one billing contact that is linked with a customer. {detail}",
        "Associate one contact with the invoice in HubSpot.", Fixer.HUBSPOT,
    ),
    Reason(
        "inv_non_us", _F, Category.ACCOUNT,
        "The QuickBooks company ({country}) needs a tax code on every line, which invoices "
        "made in HubSpot do not have.",
        "Create such invoices in QuickBooks; they are then shown in HubSpot with their tax.",
        Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_not_taxable", _F, Category.ACCOUNT,
        "Nobody has confirmed yet that invoices made in HubSpot carry no sales tax.",
        "An administrator confirms it in the settings of the invoice sync.", Fixer.HERE,
    ),
    Reason(
        "inv_tax_in_hubspot", _F, Category.VALIDATION,
        "The invoice carries {tax} of tax in HubSpot, which cannot be posted.",
        "Create the invoice in QuickBooks, or take the tax off in HubSpot.", Fixer.HUBSPOT,
    ),
    Reason(
        "inv_taxable_item", _F, Category.VALIDATION,
        "{what} is taxable in QuickBooks, so the invoice might owe sales tax.",
        "Create this invoice in QuickBooks, or make the item or customer not taxable there.",
        Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "inv_currency", _F, Category.VALIDATION,
        "The invoice is in {currency}, but {detail}",
        "Bill the customer in one currency; a second currency needs a second customer.",
        Fixer.HERE,
    ),
    Reason(
        "inv_no_rate", _F, Category.ACCOUNT,
        "QuickBooks has no exchange rate for {currency} on {date}.",
        "Enter the rate in QuickBooks under Currencies.", Fixer.QUICKBOOKS,
        Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "inv_period_closed", _F, Category.ACCOUNT,
        "Its date {date} lies in a closed period: the books are closed through {closed}.",
        "Re-open the period in QuickBooks, or change the invoice's date in HubSpot.",
        Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "inv_service_date", _F, Category.INCOMPLETE,
        "QuickBooks recognises revenue by service dates, which HubSpot's lines do not have.",
        "Create this invoice in QuickBooks, or switch revenue recognition off.",
        Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_number_too_long", _F, Category.VALIDATION,
        "The invoice number “{number}” has more than 21 characters.",
        "Choose “QuickBooks' own number” in the settings of the invoice sync, or shorten it.",
        Fixer.HERE,
    ),
    Reason(
        "inv_shape", _F, Category.VALIDATION,
        "QuickBooks cannot hold this invoice: {detail}",
        "Change the invoice in HubSpot.", Fixer.HUBSPOT,
    ),
    Reason(
        "inv_totals", _F, Category.VALIDATION,
        "The lines add up to {computed}, but the invoice says {total}.",
        "Open the invoice where it was made and correct its lines.", Fixer.HERE,
    ),
    Reason(
        "inv_possible_duplicate", _F, Category.DUPLICATE,
        "A payment of it belongs to {other} as well, which has the same total and is in "
        "QuickBooks already. A workflow may have made this invoice from that payment.",
        "If it is the same sale, exclude this invoice and void it in HubSpot; else take the "
        "payment off it there, or choose “Post anyway” on the record's page.",
        Fixer.HUBSPOT, needs_decision=True,
    ),
    Reason(
        "inv_income_account", _F, Category.ACCOUNT,
        "A line has no matching product, and “Custom line item” cannot be used: {detail}",
        "Choose an active income account in the settings of the invoice sync.", Fixer.HERE,
        Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "inv_discount_account", _F, Category.ACCOUNT,
        "The invoice has a discount, and QuickBooks' discounts are off. {detail}",
        "Switch discounts on in QuickBooks, or choose an account for discounts in the "
        "settings of the invoice sync.", Fixer.HERE, Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "inv_qty_price", _F, Category.VALIDATION,
        "The line “{line}” cannot be told as quantity times price to the cent, and it is an "
        "inventory item, whose quantity must stand.",
        "Round the price or the quantity in HubSpot.", Fixer.HUBSPOT,
    ),
    Reason(
        "inv_lines_edited_in_qbo", _F, Category.EDIT,
        "The lines of an invoice made in HubSpot were changed in QuickBooks. Before: {before}. "
        "Now: {now}.",
        "Revert the change in QuickBooks, or make it in HubSpot; or choose “Send HubSpot's "
        "version” on the record's page.", Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_tax_added_in_qbo", _F, Category.EDIT,
        "Tax of {tax} was added in QuickBooks to an invoice made in HubSpot, which shows none.",
        "Take the tax off in QuickBooks, or create the invoice there; or choose “Send HubSpot's "
        "version” on the record's page.", Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_customer_changed_in_qbo", _F, Category.EDIT,
        "The customer of an invoice made in HubSpot was changed in QuickBooks from {before} "
        "to {now}.",
        "Revert the change in QuickBooks, or make it in HubSpot; or choose “Send HubSpot's "
        "version” on the record's page.", Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_voided_in_qbo", _F, Category.DECISION,
        "It was voided in QuickBooks, but its payment link in HubSpot is still live: a "
        "customer could pay it.",
        "Void the invoice in HubSpot too, as soon as possible.", Fixer.HUBSPOT,
        needs_decision=True,
    ),
    Reason(
        "inv_void_has_payments", _F, Category.EDIT,
        "It was voided in HubSpot, but payments are applied to it in QuickBooks.",
        "Remove or re-apply the payments in QuickBooks, then choose Retry.",
        Fixer.QUICKBOOKS,
    ),
    Reason(
        "inv_void_or_credit", _F, Category.DECISION,
        "It was voided in HubSpot. In QuickBooks a void would change {month}, which is not "
        "the current month.",
        "Void it in QuickBooks, or enter a credit memo dated today.", Fixer.QUICKBOOKS,
        needs_decision=True,
    ),
    Reason(
        "inv_edited_after_payment", _F, Category.EDIT,
        "{field} was changed in HubSpot, but the invoice has payments in QuickBooks or its "
        "period is closed there.",
        "Make the change in QuickBooks by hand, or revert it in HubSpot.", Fixer.HERE,
    ),
    Reason(
        "inv_payment_removed_in_qbo", _F, Category.DECISION,
        "A payment of {before} on an invoice made in HubSpot was removed or lowered in "
        "QuickBooks; there it is {now} now. HubSpot still shows the invoice as paid with it.",
        "Enter the payment in QuickBooks again, or correct the invoice in HubSpot; or choose "
        "“Accept removal” on the payment's page.",
        Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "pay_removed_in_hubspot", _F, Category.DECISION,
        "The payment was removed in HubSpot, but QuickBooks has {amount} of it.",
        "Delete the payment in QuickBooks if the money did not arrive.", Fixer.QUICKBOOKS,
        needs_decision=True,
    ),
    Reason(
        "pay_refunded", _F, Category.DECISION,
        "{amount} of the payment was refunded in HubSpot.",
        "Record the refund in QuickBooks, then exclude this payment with a note.",
        Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "pay_lost", _F, Category.DECISION,
        "The payment of {amount} that was posted is {status} in HubSpot.",
        "Take it back in QuickBooks, then exclude this payment with a note.",
        Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "payment_on_mirror", _F, Category.DECISION,
        "HubSpot collected {amount} on an invoice that lives in QuickBooks.",
        "Enter the payment in QuickBooks by hand.", Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "pay_several_invoices", _F, Category.DECISION,
        "The payment of {amount} belongs to several invoices: {invoices}. HubSpot does not "
        "say how much of it pays which, and it is not what they owe together.",
        "Enter it in QuickBooks by hand.", Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "object_absent", _F, Category.ACCOUNT,
        "HubSpot does not give access to payments any more, so this one is not kept up. {detail}",
        "Give the account or the app access to payments in HubSpot again; an hour later they are "
        "synced again by themselves.", Fixer.HUBSPOT,
    ),
    Reason(
        "possible_duplicate_payment", _F, Category.DUPLICATE,
        "The payment is {amount}, but only {balance} of its invoice are open in QuickBooks: "
        "it may have been entered there already.",
        "If it was, exclude this payment; else correct the invoice in QuickBooks, or choose “Post "
        "anyway” on the record's page.",
        Fixer.QUICKBOOKS, needs_decision=True,
    ),
    Reason(
        "pay_period_closed", _F, Category.ACCOUNT,
        "The payment's date {date} lies in a closed period: the books are closed through "
        "{closed}. It is never posted under another date.",
        "Re-open the period in QuickBooks; it is then posted by itself.", Fixer.QUICKBOOKS,
        Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "pay_no_account", _F, Category.ACCOUNT,
        "No account is chosen for payments of the kind “{processor}”.",
        "Choose it in the settings of the invoice sync, under “Where payments are "
        "deposited”.", Fixer.HERE, Retry.CURED_ELSEWHERE,
    ),
    Reason(
        "deleted_with_balance", _F, Category.DECISION,
        "It was {how} in {side}, while {other_side} still shows {balance} open or payments "
        "for it.",
        "Decide which is right: void or delete it in {other_side}, or restore it in {side}.",
        Fixer.HERE, needs_decision=True,
    ),
    Reason(
        "totals", _F, Category.DECISION,
        "HubSpot's total is {hubspot}, QuickBooks' is {quickbooks}.",
        "Compare the two invoices and correct the one that is wrong.", Fixer.HERE,
        needs_decision=True,
    ),
    Reason(
        "balance_unexplained", _F, Category.DECISION,
        "QuickBooks shows {amount} as paid that no payment, credit or deposit accounts for.",
        "Open the invoice in QuickBooks and look at its transactions.", Fixer.QUICKBOOKS,
        needs_decision=True,
    ),
)  # fmt: skip
