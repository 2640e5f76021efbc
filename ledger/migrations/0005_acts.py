"""An index on what was done. The ledger is large and written to all the time: PostgreSQL builds it beside that."""

from django.db import migrations, models

INDEX = models.Index(fields=["action", "sequence"], name="entry_action", opclasses=["varchar_pattern_ops", "int8_ops"])


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.add_index(apps.get_model("ledger", "Entry"), INDEX)
        return
    schema_editor.execute("DROP INDEX IF EXISTS entry_action")  # of a run that was killed
    schema_editor.execute(
        "CREATE INDEX CONCURRENTLY entry_action ON ledger_entry (action varchar_pattern_ops, sequence int8_ops)"
    )


def backwards(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS entry_action")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0004_shipment")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards, elidable=False)],
            state_operations=[migrations.AddIndex(model_name="entry", index=INDEX)],
        )
    ]
