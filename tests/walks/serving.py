"""Serves examples: ``python -m tests.walks.serving PORT [PAGES]``, home by environment."""

import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Threaded(ThreadingMixIn, WSGIServer):
    """A browser asks for many files at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


def main(port: int, pages: str = "tests.steward.gallery") -> None:
    """Serve until stopped."""
    from citybrain.config.django import prepare

    prepare(Path(os.environ["CITYBRAIN_HOME"]))
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    settings.ROOT_URLCONF = pages
    make_server("127.0.0.1", port, get_wsgi_application(), Threaded, Quiet).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
