"""The database refuses to change the ledger: see ledger/triggers.py."""

from django.db import migrations

from ledger import triggers


def forwards(apps, schema_editor):
    triggers.create(schema_editor.connection)


def backwards(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
