"""The outbox comes from the room of reports, with its rows: see docs/decisions/0017."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_triggers"), ("reports", "0003_outbox_to_ledger")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="OutboxMessage",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("task", models.CharField(max_length=100)),
                        ("argument", models.CharField(max_length=100)),
                        ("created_at", models.DateTimeField()),
                        ("dispatched_at", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={"ordering": ["pk"]},
                )
            ]
        )
    ]
