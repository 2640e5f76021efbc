"""A run may have several files. Until now it had one, which becomes its only source."""

import django.db.models.deletion
from django.db import migrations, models


def give_runs_their_source(apps, schema_editor):
    """Copy what a run said of its file to the file's own row."""
    MeasurementRun = apps.get_model("benchmarks", "MeasurementRun")
    RunSource = apps.get_model("benchmarks", "RunSource")
    for run in MeasurementRun.objects.all().iterator():
        RunSource.objects.create(
            run=run,
            position=1,
            kind="contacts",
            records_name=run.records_name,
            records_sha256=run.records_sha256,
            mapping=run.mapping,
            mapping_sha256=run.mapping_sha256,
            rows_read=run.rows_read,
            rows_used=run.rows_used,
            rejected=run.rejected,
            quality=run.quality,
        )


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="measurementrun",
            name="warnings",
            field=models.JSONField(default=list, help_text="what to beware of: code, KPI and values"),
        ),
        migrations.AddField(model_name="measurement", name="low", field=models.FloatField(null=True)),
        migrations.AddField(model_name="measurement", name="high", field=models.FloatField(null=True)),
        migrations.CreateModel(
            name="RunSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("records_name", models.CharField(max_length=255)),
                ("records_sha256", models.CharField(max_length=64)),
                ("mapping", models.TextField(help_text="the mapping file, word for word")),
                ("mapping_sha256", models.CharField(max_length=64)),
                ("rows_read", models.PositiveBigIntegerField()),
                ("rows_used", models.PositiveBigIntegerField()),
                ("rejected", models.JSONField(default=dict, help_text="reason -> {rows, lines}")),
                ("quality", models.JSONField(default=dict, help_text="the quality report of this file")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="benchmarks.measurementrun",
                    ),
                ),
            ],
            options={"ordering": ["position"]},
        ),
        migrations.AddConstraint(
            model_name="runsource",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="run_source_once"),
        ),
        migrations.RunPython(give_runs_their_source, migrations.RunPython.noop),
    ]
