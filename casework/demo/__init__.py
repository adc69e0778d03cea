"""The demo: four real cases and a generated history, made through the same services that people use."""
