"""The outbox moves down to the room of the ledger, where every room can use it: see docs/decisions/0017."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_lens_exports"), ("ledger", "0002_triggers")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("OutboxMessage", "ledger_outboxmessage")],
            state_operations=[migrations.DeleteModel("OutboxMessage")],
        )
    ]
