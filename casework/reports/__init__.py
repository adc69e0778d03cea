"""The year as executives, controllers and auditors read it: one query for page, spreadsheet and shell."""
