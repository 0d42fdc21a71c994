"""The web application, as the server loads it."""

import os
from pathlib import Path

from citybrain.base.doors import open_wide
from citybrain.config.django import prepare
from citybrain.config.settling import settle
from citybrain.config.up import watch_parent

watch_parent()
prepare(Path(os.environ.get("CITYBRAIN_HOME") or "var").absolute())

from django.core.asgi import get_asgi_application  # noqa: E402  # Django must be set up first

application = get_asgi_application()
for engine in ("catalogue", "libraries"):
    open_wide(f"citybrain.engines.{engine}.service")  # so that nobody's first look waits for it
settle()
