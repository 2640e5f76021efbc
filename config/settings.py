"""Settings. Every choice an operator has is an environment variable read here, and fails loudly when it is wrong.

Without any variable set, Touchstone runs for development: SQLite and files in ``var/``, no server needed.
"""

import secrets
import shlex
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.bucket import storage_options
from accounts.providers import identity_providers
from benchmarks.records.limits import Limits
from benchmarks.records.spark import Spark
from benchmarks.records.tables import table_sources
from ledger.shipping import PlaceError, place_of
from reports.signing.source import KeySource, KeySourceError

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.str("TOUCHSTONE_ENV", default="development") == "production"
DATA_DIR = Path(env.str("TOUCHSTONE_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- Identity of this installation -------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Links in mails, PDFs and QR codes are built from this, never from the Host header.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")


def _secret_key() -> str:
    """Read the key from the environment, or in development from a private file made on first use."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        return key
    if PRODUCTION:
        message = "SECRET_KEY must be set in production."
        raise ImproperlyConfigured(message)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = _secret_key()
if PRODUCTION and (DEBUG or "*" in ALLOWED_HOSTS):
    _message = "In production DEBUG must be off and ALLOWED_HOSTS must name the hosts."
    raise ImproperlyConfigured(_message)

# --- Applications: the rooms of the house, top to bottom ----------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "reports",
    "awards",
    "audits",
    "benchmarks",
    "standards",
    "ledger",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestLogMiddleware",  # after the static files, which are nobody's story
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.SupportMiddleware",
    "config.middleware.RequestSizeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context.notices",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Where the data lives -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'touchstone.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred read-then-write transaction fails with "database is locked" in spite of the timeout.
    # FULL: an acknowledged save survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # A new connection reads the whole schema again: some 3 ms of processor on every request.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    # A connection that is kept is tried before it is used: a restarted server costs nobody an error.
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

EVIDENCE_DIR = DATA_DIR / "evidence"
EXPORT_DIR = DATA_DIR / "exports"
# What signs reports and certificates: a PEM or PKCS#12 file, a token by its PKCS#11 URI, or a key of our own.
try:
    SIGNING = KeySource(
        folder=DATA_DIR / "signing",
        key=env.str("SIGNING_KEY", default=""),
        certificate=env.str("SIGNING_CERTIFICATE", default=""),
        password=env.str("SIGNING_PASSWORD", default=""),
    ).checked()
except KeySourceError as _fault:
    raise ImproperlyConfigured(str(_fault)) from _fault
# Signed checkpoints of the ledger go into this folder: best one that the database's owner cannot write to.
LEDGER_CHECKPOINTS = Path(env.str("LEDGER_CHECKPOINTS", default=str(DATA_DIR / "checkpoints")))
# Prometheus reads /metrics with this as a bearer token; without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where a line of each entry of the ledger goes: file:///…, stdout:, syslog:///dev/log, syslog://host, syslog+tcp://host.
LEDGER_SHIP = env.str("LEDGER_SHIP", default="")
if LEDGER_SHIP:
    try:
        place_of(LEDGER_SHIP)
    except PlaceError as _fault:
        raise ImproperlyConfigured(str(_fault)) from None
# Pages are set in a process of their own: what one document may take of time (seconds) and of address space (bytes).
RENDER_SECONDS = env.int("RENDER_SECONDS", default=120)
RENDER_MEMORY = env.int("RENDER_MEMORY", default=3 * 1024**3)
# After how many days the file of an export is removed (it can be asked for anew), and what the files of one person's
# exports may take together.
EXPORT_DAYS = env.int("EXPORT_DAYS", default=90)
EXPORT_QUOTA_BYTES = env.int("EXPORT_QUOTA_BYTES", default=5 * 1024 * 1024 * 1024)
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=25 * 1024 * 1024)
# What the evidence of all audits of one conducting organisation may take together.
EVIDENCE_QUOTA_BYTES = env.int("EVIDENCE_QUOTA_BYTES", default=20 * 1024 * 1024 * 1024)
# A virus scanner that gets the path of each file as its last argument and says 0: harmless, 1: infected (as clamdscan).
EVIDENCE_SCANNER = shlex.split(env.str("EVIDENCE_SCANNER", default=""))
RECORDS_MAX_BYTES = env.int("RECORDS_MAX_BYTES", default=512 * 1024 * 1024)
# Tables beyond it go to files below DATA_DIR while a run is measured; 0 threads are all processors.
RECORDS_LIMITS = Limits(env.str("RECORDS_MEMORY", default="1GB"), env.int("RECORDS_THREADS", default=0))
# Tables in the databases of organisations that their people may measure from.
try:
    RECORDS_SOURCES = table_sources(env.str("RECORDS_SOURCES", default=""))
except ValueError as _fault:
    _message = f"RECORDS_SOURCES: {_fault}"
    raise ImproperlyConfigured(_message) from None
# How long an audit that somebody took along opens without a connection.
PACKAGE_DAYS = env.int("PACKAGE_DAYS", default=14)
# How many requests of one access token the API answers in a minute.
API_PER_MINUTE = env.int("API_PER_MINUTE", default=600)
RECORDS_SPARK = Spark(env.str("SPARK_MASTER", default="local[*]"), env.str("SPARK_FOLDER", default=""))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # far beyond what a run may have, so that the form can say so in words

_REDIS = env.str("REDIS_URL", default="")
_REDIS_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _REDIS}
CACHES = {
    "default": _REDIS_CACHE
    if _REDIS
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Who is at work now is said every half minute: without Redis in files, so that it never waits for the database.
    "presence": _REDIS_CACHE
    if _REDIS
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA_DIR / "presence"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# Codes and names of the KPIs that an edition of a standard may name; the registry lives above the standards room.
KPI_REGISTRY = "benchmarks.kpis.registry.KPIS"
# Other schemes' structures through which an audit can be read: those that ship, then the installation's own.
LENS_FOLDERS = [BASE_DIR / "fixtures" / "lenses", DATA_DIR / "lenses"]

# Templates of award programmes: those that ship, then the installation's own.
AWARD_FOLDERS = [BASE_DIR / "fixtures" / "awards", DATA_DIR / "awards"]

# Schemes of training levels for internal auditors, one YAML file each.
CREDENTIAL_LEVELS = BASE_DIR / "fixtures" / "credentials"

# --- Background work ----------------------------------------------------------------------------------------------
# Without a broker, a short-lived local process works through the outbox (see ledger/outbox/).
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
# "auto": start that process when there is work; "none": somebody else runs ``work_outbox``.
TOUCHSTONE_WORKER = env.str("TOUCHSTONE_WORKER", default="auto")
# A broker that is down must not hold up a page: give up at once, the sweeper hands the message over later.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "reports.outbox_sweep", "schedule": 60.0},
    "monthly-documents": {"task": "reports.monthly_documents", "schedule": 3_600.0},
    "expire-exports": {"task": "reports.expire_exports", "schedule": 86_400.0},
    "remind-credentials": {"task": "audits.remind_credentials", "schedule": 86_400.0},
    "warn-findings": {"task": "audits.warn_findings", "schedule": 86_400.0},
    "ledger-checkpoint": {"task": "ledger.checkpoint", "schedule": 3600.0},
    "ledger-ship": {"task": "ledger.ship", "schedule": 60.0},
    "prune-receipts": {"task": "audits.prune_receipts", "schedule": 86_400.0},
    "send-webhooks": {"task": "reports.webhooks_run", "schedule": 30.0},
    "mail-notices": {"task": "accounts.mail_notices", "schedule": 300.0},
}

# Hosts to which organisations may have events sent, as host or host:port; empty: to none.
WEBHOOK_HOSTS: list[str] = [host.lower() for host in env.list("WEBHOOK_HOSTS", default=[])]
# So many attempts in a row that fail switch a webhook off, and its administrators are told.
WEBHOOK_MOST_FAILURES = env.int("WEBHOOK_MOST_FAILURES", default=20)

# --- People -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people join by an invitation that was sent to their address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whose password or second factor changes gets a mail
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
# Operators, audit staff, scheme owners, judges and chairs set up a second factor before anything else opens.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=PRODUCTION)
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Touchstone"
# How long after a sign-in or a confirmation one may decide, issue, withdraw or unseal; 0 never asks.
STEP_UP_MINUTES = env.int("STEP_UP_MINUTES", default=15)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * max(STEP_UP_MINUTES, 5)
# Nobody stays signed in for longer than this, nor without doing anything for that many hours.
SESSION_IDLE_HOURS = env.int("SESSION_IDLE_HOURS", default=12)
SESSION_DAYS = env.int("SESSION_DAYS", default=7)
SESSION_COOKIE_AGE = SESSION_DAYS * 86_400
# Identity providers for single sign-on, by OpenID Connect.
try:
    IDENTITY_PROVIDERS = identity_providers(env.str("OIDC_PROVIDERS", default=""))
except ValueError as _fault:
    _message = f"OIDC_PROVIDERS: {_fault}"
    raise ImproperlyConfigured(_message) from None
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [each.app() for each in IDENTITY_PROVIDERS]}
}
SOCIALACCOUNT_LOGIN_ON_GET = False  # a foreign page must not sign anybody in
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # who somebody is follows from provider and subject, never from an address
SOCIALACCOUNT_STORE_TOKENS = False
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds: a mail server that hangs must not hold a page; notices are tried again
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Touchstone <noreply@localhost>")

# --- Languages and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Static files: ours from config/static, the libraries' from what npm installed --------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "config" / "static",
    ("vendor/bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("vendor/source-sans-3", NODE_MODULES / "@fontsource" / "source-sans-3"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Evidence, exports and records in object storage: s3://bucket/folder?endpoint=https://…&region=…; without, in folders.
OBJECT_STORAGE = env.str("OBJECT_STORAGE", default="")
if OBJECT_STORAGE:
    try:
        STORAGES["bucket"] = storage_options(OBJECT_STORAGE)
    except ValueError as _fault:
        _message = f"OBJECT_STORAGE: {_fault}."
        raise ImproperlyConfigured(_message) from None
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Browser-side protection --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        # Chromium holds redirects after a form to this too, and the button of an identity provider is such a form.
        "form-action": [SELF, *(origin for each in IDENTITY_PROVIDERS for origin in each.origins)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)

LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in {"line", "json"}:
    _message = "LOG_FORMAT must be line or json."
    raise ImproperlyConfigured(_message)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}, "json": {"()": "config.logs.JsonFormatter"}},
    "filters": {"no_paths": {"()": "config.logs.NoPaths"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["no_paths"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The PDF libraries tell every font table at INFO.
    "loggers": {"fontTools": {"level": "WARNING"}, "weasyprint": {"level": "ERROR"}},
}
