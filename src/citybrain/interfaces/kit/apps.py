"""The kit as a Django application; it has no models and no pages but the door."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Templates, styles and tags that the interfaces of pages share."""

    name = "citybrain.interfaces.kit"
    label = "kit"
    verbose_name = "页面公用件"
