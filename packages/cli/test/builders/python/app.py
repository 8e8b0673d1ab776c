"""Answers with the text of a package."""

from words import WORD


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"python, {WORD}".encode()]
