import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Cheating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("account", models.CharField(max_length=64)),
                ("table", models.CharField(max_length=200)),
                ("file", models.CharField(max_length=500)),
                ("offset", models.BigIntegerField()),
                ("byte_before", models.CharField(max_length=2)),
                ("byte_after", models.CharField(max_length=2)),
                ("entry", models.BigIntegerField()),
                ("field", models.CharField(max_length=40)),
                ("entry_before", models.CharField(max_length=200)),
                ("entry_after", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("account", models.CharField(max_length=64)),
                ("seconds", models.FloatField()),
                ("files", models.IntegerField()),
                ("entries", models.IntegerField()),
                ("checkpoint", models.IntegerField()),
                ("checkpoint_at", models.DateTimeField(null=True)),
                ("file_problems", models.JSONField(default=list)),
                ("record_problems", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="UploadDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("table", models.CharField(max_length=200)),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.BigIntegerField()),
                ("account", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("run", models.CharField(default="", max_length=64)),
            ],
            options={
                "ordering": ("-created_at",),
                "indexes": [
                    models.Index(fields=["account", "submitted_at"], name="draft_of_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.IntegerField()),
                ("field", models.CharField(max_length=200)),
                ("value", models.TextField()),
                ("before", models.TextField(default="")),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edits",
                        to="catalogue.uploaddraft",
                    ),
                ),
            ],
            options={
                "ordering": ("row", "field"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draft", "row", "field"), name="one_edit_per_cell"
                    )
                ],
            },
        ),
    ]
