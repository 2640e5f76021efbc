"""All addresses, room by room."""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as signing_in
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as single_sign_on
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.views import factors
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

View = Callable[..., HttpResponseBase]


def whole(view: View) -> View:
    """Let a change of somebody's proofs and its entry in the ledger share a transaction (``accounts.sign_ins``)."""

    @wraps(view)
    def together(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"}:
            return view(request, *args, **options)
        with transaction.atomic():
            return view(request, *args, **options)

    return together


# Only what people need of django-allauth. Its pages for several e-mail addresses, sign-in codes and telephone numbers
# stay closed: a person is known by one address here.
account_urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", signing_in.login, name="account_login"),
    path("logout/", signing_in.logout, name="account_logout"),
    path("signup/", signing_in.signup, name="account_signup"),
    path("inactive/", signing_in.account_inactive, name="account_inactive"),
    path("reauthenticate/", signing_in.reauthenticate, name="account_reauthenticate"),
    path("password/change/", whole(signing_in.password_change), name="account_change_password"),
    path("password/set/", whole(signing_in.password_set), name="account_set_password"),
    path("password/reset/", signing_in.password_reset, name="account_reset_password"),
    path("password/reset/done/", signing_in.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        whole(signing_in.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        signing_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/sign-in/", second_factor.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", whole(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/remove/", whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-factor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", whole(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-factor/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", factors.passkey_list, name="mfa_list_webauthn"),
    path("passkeys/new/", whole(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", whole(factors.passkey_remove), name="mfa_remove_webauthn"),
    path("single-sign-on/", whole(single_sign_on.connections), name="socialaccount_connections"),
    path("single-sign-on/cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("single-sign-on/failed/", login_not_required(single_sign_on.login_error), name="socialaccount_login_error"),
    path("single-sign-on/<slug:provider_id>/", openid_connect.login, name="openid_connect_login"),
    path("single-sign-on/<slug:provider_id>/back/", openid_connect.callback, name="openid_connect_callback"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("offline/", views.offline, name="offline"),
    path("rights/", views.rights, name="rights"),
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
