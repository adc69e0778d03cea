"""What every request is held to before anyone reads it: numbers, characters and size that can be dealt with.

Each of these would otherwise fail far inside, in the database or the parser, as a fault of the program.
"""

from __future__ import annotations

from flask import Flask, abort, request, session
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST_NUMBER = 2**31 - 1  # of a row: what PostgreSQL's integer holds
# Files from the bank are large. More than is taken is let in as well, so that the page itself can say what
# to do; Werkzeug keeps it on disk. Only for who is signed in: others get no further than the first bytes.
LARGE_UPLOADS = {"bank_files.upload": 200 * 1024 * 1024}


class RowNumber(IntegerConverter):
    """A number in an address. One that no row can have is a page that does not exist."""

    regex = "[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        """The number. Raises :class:`ValidationError` for one that no row can have."""
        number = int(super().to_python(value))
        if number > LARGEST_NUMBER:
            raise ValidationError()
        return number


def install(app: Flask) -> None:
    """Hold every request to these bounds. Call it before anything that reads forms or adds routes."""
    app.url_map.converters = {**app.url_map.converters, "int": RowNumber}

    @app.before_request
    def bound_form() -> None:
        # Werkzeug's own bound on forms is for multipart only: millions of fields in one body take seconds.
        if request.mimetype != "multipart/form-data":
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        elif request.endpoint in LARGE_UPLOADS and "_user_id" in session:
            request.max_content_length = LARGE_UPLOADS[request.endpoint]

    @app.before_request
    def refuse_null() -> None:
        # No browser sends it, PostgreSQL cannot hold it, and SQLite would cut a text short at it.
        texts = [request.path, *request.args, *(one for row in request.args.listvalues() for one in row)]
        texts += [one for row in request.form.listvalues() for one in row]
        if any("\x00" in text for text in texts):
            abort(400)
