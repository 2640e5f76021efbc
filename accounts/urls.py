"""Addresses of people, organisations and centres; included at the root."""

from django.urls import path

from accounts.views import (
    addresses,
    centres,
    factors,
    joining,
    notices,
    organisations,
    people,
    profiles,
    support,
    tokens,
)

app_name = "accounts"
urlpatterns = [
    path("people/profile/", profiles.profile, name="profile"),
    path("people/profile/notices/", profiles.profile_notices, name="profile_notices"),
    path("people/profile/address/", addresses.address_new, name="address_new"),
    path("people/profile/address/<str:token>/", addresses.address_confirm, name="address_confirm"),
    path("people/tokens/", tokens.token_list, name="token_list"),
    path("people/tokens/<int:pk>/revoke/", tokens.token_end, name="token_revoke"),
    path("people/profile/data.json", people.own_data, name="own_data"),
    path("people/accounts/", people.person_find, name="person_find"),
    path("people/accounts/<int:pk>/", people.person_detail, name="person"),
    path("people/accounts/<int:pk>/<slug:step>/", people.person_step, name="person_step"),
    path("people/organisations/<int:pk>/support/", support.support_add, name="support_create"),
    path("people/support/<int:pk>/end/", support.support_stop, name="support_end"),
    path("people/sessions/", factors.session_list, name="session_list"),
    path("people/sessions/end/", factors.session_end_others, name="session_end_others"),
    path("people/sessions/<int:pk>/end/", factors.session_end, name="session_end"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/read/", notices.notice_read_all, name="notice_read_all"),
    path("notices/<int:pk>/", notices.notice_open, name="notice_open"),
    path("people/join/<str:token>/", joining.join, name="join"),
    path("people/organisations/new/", organisations.organisation_add, name="organisation_create"),
    path("people/organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("people/organisations/<int:pk>/invite/", organisations.invitation_add, name="invitation_create"),
    path("people/organisations/<int:pk>/mandates/new/", organisations.mandate_add, name="mandate_create"),
    path("people/organisations/<int:pk>/mandates/<int:body>/end/", organisations.mandate_end, name="mandate_remove"),
    path("people/invitations/<int:pk>/withdraw/", organisations.invitation_end, name="invitation_withdraw"),
    path("people/memberships/<int:pk>/remove/", organisations.membership_end, name="membership_remove"),
    path("centres/", centres.centre_list, name="centre_list"),
    path("centres/new/", centres.centre_add, name="centre_create"),
    path("centres/<int:pk>/", centres.centre_detail, name="centre_detail"),
    path("centres/<int:pk>/edit/", centres.centre_change, name="centre_update"),
]
