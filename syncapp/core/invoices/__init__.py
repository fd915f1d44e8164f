"""Invoices: their lines, who may edit what, the gate to QuickBooks, and the plan of one."""
