"""All addresses of one installation, and the pages for what goes wrong."""

from django.urls import include, path

urlpatterns = [
    path("", include("citybrain.interfaces.kit.urls")),
    path("", include("citybrain.interfaces.steward.urls")),
    path("", include("citybrain.interfaces.cockpit.urls")),
]

handler400 = "citybrain.interfaces.kit.views_errors.bad_request"
handler403 = "citybrain.interfaces.kit.views_errors.permission_denied"
handler404 = "citybrain.interfaces.kit.views_errors.not_found"
handler500 = "citybrain.interfaces.kit.views_errors.server_error"
