"""Owners, review, recorded steps. The triggers know new cases: see standards/triggers.py."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from standards import triggers


def lock(apps, schema_editor):
    triggers.create(schema_editor.connection)


def unlock(apps, schema_editor):
    """Step aside: the triggers of a table go with it, and SQLite rebuilds the others."""
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_scheme_owner'),
        ('standards', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, lock),  # backwards: the older tables get theirs again
        migrations.AddField(
            model_name='edition',
            name='edited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='edition',
            name='edited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='edition',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('review', 'In review'), ('published', 'Published'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='status'),
        ),
        migrations.CreateModel(
            name='EditionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20)),
                ('sha256', models.CharField(max_length=64)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='standards.edition')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Standard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='standards', to='accounts.organisation')),
            ],
        ),
        migrations.RunPython(lock, unlock),
    ]
