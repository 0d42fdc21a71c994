from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=200)),
                ("department", models.CharField(max_length=64)),
                ("account", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-at", "-id"),
                "indexes": [models.Index(fields=["table", "-at"], name="reminder_of_table")],
            },
        ),
    ]
