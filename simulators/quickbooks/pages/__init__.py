"""What a person sees: pages to work in the company as a QuickBooks user does."""
