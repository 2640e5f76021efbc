"""Evidence gets versions, validity, confidentiality and withdrawal; a use says which version an answer rests on.

``EvidenceUse`` takes over the table that joined evidence and answers: no row is copied.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0008_answering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("evidence", "confidential", models.BooleanField(default=False, verbose_name="confidential")),
        migrations.AddField("evidence", "view_sha256", models.CharField(blank=True, max_length=64, default=""), preserve_default=False),
        migrations.AddField("evidence", "thumb_sha256", models.CharField(blank=True, max_length=64, default=""), preserve_default=False),
        migrations.AddField("evidence", "valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
        migrations.AddField("evidence", "version", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("evidence", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "evidence",
            "withdrawn_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("evidence", "withdrawn_reason", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="EvidenceUse",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "answer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence_uses",
                                to="audits.answer",
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="audits.evidence"
                            ),
                        ),
                    ],
                    options={"db_table": "audits_evidence_answers", "unique_together": {("evidence", "answer")}},
                ),
                migrations.AlterField(
                    "evidence",
                    "answers",
                    models.ManyToManyField(
                        related_name="evidence", through="audits.EvidenceUse", to="audits.answer"
                    ),
                ),
            ]
        ),
        migrations.AddField("evidenceuse", "version", models.PositiveSmallIntegerField(default=1)),
        migrations.CreateModel(
            name="EvidenceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("filename", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("view_sha256", models.CharField(blank=True, max_length=64)),
                ("thumb_sha256", models.CharField(blank=True, max_length=64)),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("uploaded_at", models.DateTimeField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_versions",
                        to="audits.evidence",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("evidence", "number"), name="evidence_version_once")
                ],
            },
        ),
    ]
