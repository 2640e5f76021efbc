# shellcheck shell=sh disable=SC2034
# Read by the commands of this folder: where the project is, and a shell that behaves the same everywhere.
set -eu

caller=$(pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv_python=$root/.venv/bin/python
cd "$root"

# What other projects may have left in the environment changes what pip and Python do.
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX CDPATH
# Plain users often have no sbin, without which apt-get's own scripts fail.
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
if [ "$(uname -s)" = Darwin ]; then
    # macOS looks for Pango in neither place of Homebrew by itself, and drops this variable at every /bin/sh.
    PATH=$PATH:/opt/homebrew/bin
    DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib
    export DYLD_FALLBACK_LIBRARY_PATH
fi
export PATH

# Every variable that config/settings.py reads, and those that the tests and the demo set themselves.
settings_variables='TOUCHSTONE_ENV TOUCHSTONE_DATA TOUCHSTONE_WORKER TOUCHSTONE_SHARED DJANGO_SETTINGS_MODULE DEBUG
    ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS PUBLIC_URL SECRET_KEY DATABASE_URL EVIDENCE_MAX_BYTES EVIDENCE_QUOTA_BYTES
    EVIDENCE_SCANNER OBJECT_STORAGE SIGNING_KEY SIGNING_CERTIFICATE SIGNING_PASSWORD RECORDS_MAX_BYTES RECORDS_MEMORY
    RECORDS_THREADS RECORDS_SOURCES
    REQUIRE_SECOND_FACTOR STEP_UP_MINUTES SESSION_IDLE_HOURS SESSION_DAYS OIDC_PROVIDERS TRUSTED_PROXIES
    REDIS_URL SPARK_MASTER SPARK_FOLDER
    CELERY_BROKER_URL EMAIL_URL DEFAULT_FROM_EMAIL SECURE_SSL_REDIRECT LOG_LEVEL PACKAGE_DAYS API_PER_MINUTE
    LEDGER_CHECKPOINTS LEDGER_SHIP METRICS_TOKEN LOG_FORMAT RENDER_SECONDS RENDER_MEMORY EXPORT_DAYS EXPORT_QUOTA_BYTES
    WEBHOOK_HOSTS WEBHOOK_MOST_FAILURES'

find_chromium() {
    # Print the path of a Chromium that the browser tests can drive; fail when there is none.
    for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "${HOME:-/nonexistent}"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome; do
        if [ -n "$browser" ] && command -v "$browser" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}
