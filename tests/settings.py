"""Settings for the tests: the real ones, with a cheap password hasher and files in a folder of their own."""

import os
import tempfile

os.environ.setdefault("TOUCHSTONE_DATA", tempfile.mkdtemp(prefix="touchstone-tests-"))

os.environ["TOUCHSTONE_WORKER"] = "none"

from config.settings import *  # noqa: F403

STEP_UP_MINUTES = 0  # tests that sign in without a password could never decide; those of the sign-in set it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "presence")
}
WHITENOISE_USE_FINDERS = False  # each test's client would look through all static files anew
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 - WhiteNoise warns of a missing folder, and warnings are errors here
