"""The database refuses to change a published edition: see standards/triggers.py."""

from django.db import migrations

from standards import triggers


def forwards(apps, schema_editor):
    triggers.create(schema_editor.connection)


def backwards(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
