"""The wizard: four steps over one draft; a form, a view and a template each, no rules."""
