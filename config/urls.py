"""All addresses, room by room."""

from allauth.account import views as signing_in
from django.urls import URLPattern, URLResolver, include, path, re_path

from audits.urls import (
    calibration_urlpatterns,
    certificate_urlpatterns,
    finding_urlpatterns,
    programme_urlpatterns,
    register_urlpatterns,
)
from config import views
from config.api import urlpatterns as api_urlpatterns
from reports.urls import award_urlpatterns, lens_urlpatterns, verify_urlpatterns

handler400 = views.bad_request

# Only what people need of django-allauth. Its pages for several e-mail addresses, sign-in codes and telephone numbers
# stay closed: a person is known by one address here.
account_urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", signing_in.login, name="account_login"),
    path("logout/", signing_in.logout, name="account_logout"),
    path("signup/", signing_in.signup, name="account_signup"),
    path("inactive/", signing_in.account_inactive, name="account_inactive"),
    path("reauthenticate/", signing_in.reauthenticate, name="account_reauthenticate"),
    path("password/change/", signing_in.password_change, name="account_change_password"),
    path("password/set/", signing_in.password_set, name="account_set_password"),
    path("password/reset/", signing_in.password_reset, name="account_reset_password"),
    path("password/reset/done/", signing_in.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        signing_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("offline/", views.offline, name="offline"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("account/", include(account_urlpatterns)),
    path("", include("accounts.urls")),
    path("standards/", include("standards.urls")),
    path("benchmarks/", include("benchmarks.urls")),
    path("audits/", include("audits.urls")),
    path("awards/", include("awards.urls")),
    path("awards/", include((award_urlpatterns, "award_files"))),
    path("audits/", include((lens_urlpatterns, "lenses"))),
    path("findings/", include((finding_urlpatterns, "findings"))),
    path("calibration/", include((calibration_urlpatterns, "calibration"))),
    path("certificates/", include((certificate_urlpatterns, "certificates"))),
    path("programmes/", include((programme_urlpatterns, "programmes"))),
    path("registers/", include((register_urlpatterns, "registers"))),
    path("reports/", include("reports.urls")),
    path("api/v1/", include((api_urlpatterns, "api"))),
    path("", include(verify_urlpatterns)),
]
