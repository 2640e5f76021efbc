"""All addresses, room by room."""

from django.urls import URLPattern, URLResolver, include, path
from reports.urls import verify_urlpatterns

from config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("account/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
    path("standards/", include("standards.urls")),
    path("benchmarks/", include("benchmarks.urls")),
    path("audits/", include("audits.urls")),
    path("reports/", include("reports.urls")),
    path("", include(verify_urlpatterns)),
]
