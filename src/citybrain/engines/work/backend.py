"""placeholder"""

from django_tasks.backends.base import BaseTaskBackend


class Backend(BaseTaskBackend):
    supports_priority = True
    supports_defer = True
    supports_get_result = True

    def enqueue(self, task, args, kwargs):
        raise NotImplementedError
