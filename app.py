"""The application: settings, engine, sessions, blueprints, errors and commands, put together."""

from __future__ import annotations

from flask import Flask

from casework import cli
from casework.web import assemble
from config.settings import Settings, load
from storage import cipher
from storage.engine import build_engine


def create_app(settings: Settings | None = None) -> Flask:
    """An application for ``settings``, or for those of the environment."""
    settings = settings or load()
    cipher.use_keys(settings.encryption_keys, settings.hash_key)
    app = Flask("omloop", root_path=str(settings.root), static_folder="static", template_folder="templates")
    engine = build_engine(settings.database_url)
    app.extensions["omloop_engine"] = engine
    app.extensions["omloop_settings"] = settings
    assemble.install(app, settings, engine)
    cli.install(app)
    return app
