"""The table behind the database cache (sign-in throttling lives there), so that ``migrate`` is all a set-up needs.

Made even where Redis is the cache now: the day somebody unsets REDIS_URL, the table must be there.
"""

from django.core.management import call_command
from django.db import migrations

TABLE = "cache"  # settings.CACHES


def forwards(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def backwards(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_centre_revision")]

    operations = [migrations.RunPython(forwards, backwards)]
