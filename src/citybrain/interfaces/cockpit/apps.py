"""The cockpit's pages as a Django application; it has no models."""

from django.apps import AppConfig


class CockpitConfig(AppConfig):
    """Maps of the city for leaders, the wall, the desk and the phone."""

    name = "citybrain.interfaces.cockpit"
    label = "cockpit"
    verbose_name = "驾驶舱"
