"""Addresses that every interface of pages needs: signing in and out, language, theme."""

from django.urls import path

from citybrain.interfaces.kit import views_session

urlpatterns = [
    path("", views_session.root, name="root"),
    path("login/", views_session.login, name="login"),
    path("logout/", views_session.logout, name="logout"),
    path("language/", views_session.language, name="language"),
    path("theme/", views_session.theme, name="theme"),
]
