from typing import Any

from django.db import migrations, models
from django.db.models import F


def _both_then(apps: Any, _editor: Any) -> None:
    """Until now a verification was always of both."""
    apps.get_model("catalogue", "Verification").objects.update(files_at=F("at"), record_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="verification", name="files_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="verification", name="record_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunPython(_both_then, migrations.RunPython.noop),
    ]
