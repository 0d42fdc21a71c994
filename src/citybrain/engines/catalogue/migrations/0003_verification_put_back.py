from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_verification_halves")]

    operations = [
        migrations.AddField(
            model_name="verification", name="put_back", field=models.JSONField(default=list)
        ),
    ]
