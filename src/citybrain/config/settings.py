"""Django's settings of one installation, from its home and the environment.

Importing this module reads the environment and touches no file, so that commands which
need no Django state leave none behind.

=============================  ==========================================================
``CITYBRAIN_HOME``             the installation's folder (default ``./var``)
``CITYBRAIN_DATABASE_URL``     ``postgresql://…`` for production; SQLite in the home else
``CITYBRAIN_SECRET_KEY``       signs sessions; else generated once into the home's keys
``CITYBRAIN_HOSTS``            host names served, separated by commas (default: this machine)
``CITYBRAIN_ORIGINS``          ``https://…`` origins whose forms are accepted behind a proxy
``CITYBRAIN_HTTPS``            ``1`` when every visitor comes by HTTPS
``CITYBRAIN_LEDGER_ORIGIN``    the name that the ledger's checkpoints carry
``CITYBRAIN_WITNESS``          the folder of the second copy of the checkpoints
=============================  ==========================================================
"""

import os
from pathlib import Path

from django.utils.functional import SimpleLazyObject

from citybrain.config.control import database, secret_key

CITYBRAIN_HOME = Path(os.environ.get("CITYBRAIN_HOME") or "var").absolute()
CITYBRAIN_LEDGER_ORIGIN = os.environ.get("CITYBRAIN_LEDGER_ORIGIN") or "citybrain.invalid/ledger"
CITYBRAIN_WITNESS = Path(os.environ.get("CITYBRAIN_WITNESS") or CITYBRAIN_HOME / "witness")
# None: ask the environment and the home each time, so that the mark of a rehearsal, once
# set, holds for processes that were already running.
CITYBRAIN_REHEARSAL: bool | None = None
CITYBRAIN_CLOCK = "citybrain.base.clock.SystemClock"
CITYBRAIN_READERS = "citybrain.config.adapters.readers"
CITYBRAIN_KINDS = "citybrain.config.kinds.KINDS"


def _words(variable: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(variable, default).split(",") if word.strip()]


_HTTPS = os.environ.get("CITYBRAIN_HTTPS") == "1"

DEBUG = False
SECRET_KEY = SimpleLazyObject(lambda: secret_key(CITYBRAIN_HOME))
ALLOWED_HOSTS = _words("CITYBRAIN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("CITYBRAIN_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "citybrain.engines.ledger",
    "citybrain.engines.guard",
    "citybrain.engines.identity",
    "citybrain.engines.work",
    "citybrain.engines.catalogue",
    "citybrain.engines.libraries",
    "citybrain.engines.indicators",
    "citybrain.interfaces.kit.apps.KitConfig",
    "citybrain.interfaces.steward.apps.StewardConfig",
    "citybrain.interfaces.cockpit.apps.CockpitConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "citybrain.interfaces.kit.statics.StaticFiles",
    "citybrain.interfaces.kit.middleware.page_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "citybrain.interfaces.kit.middleware.sentences",
]
ROOT_URLCONF = "citybrain.config.urls"
ASGI_APPLICATION = "citybrain.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citybrain.interfaces.kit.context.page",
                "citybrain.interfaces.steward.context.page",
                "citybrain.interfaces.cockpit.context.page",
            ],
            "builtins": ["citybrain.interfaces.kit.templatetags.kit"],
        },
    }
]

DATABASES = {"default": database(CITYBRAIN_HOME, os.environ.get("CITYBRAIN_DATABASE_URL", ""))}
DATABASE_ROUTERS = ["citybrain.engines.guard.router.RecordedWrites"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "citybrain.engines.work.backend.Backend", "QUEUES": []}}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["citybrain.engines.identity.backend.CityBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
CSRF_FAILURE_VIEW = "citybrain.interfaces.kit.views_errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "root"
# Where a reader's work begins: the first page whose action their duties allow.
CITYBRAIN_HOMES = (
    ("lake.collect", "overview"),
    ("lake.read", "overview"),
    ("indicators.read", "data_centre"),
    ("work.read", "overview"),
)

SESSION_COOKIE_AGE = 8 * 3600  # one working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # an installation needs no collectstatic step
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handler would say every refused request a second time.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
    },
}
