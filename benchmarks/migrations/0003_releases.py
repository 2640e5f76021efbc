"""Releases have a life, and the peer pool. The database guards both: see benchmarks/triggers.py."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from benchmarks import triggers


def publish_what_is_loaded(apps, schema_editor):
    """Until now what was loaded counted at once."""
    MarketRelease = apps.get_model("benchmarks", "MarketRelease")
    MarketRelease.objects.update(status="published", published_at=models.F("loaded_at"))


def lock(apps, schema_editor):
    triggers.create(schema_editor.connection)


def unlock(apps, schema_editor):
    """Step aside: SQLite rebuilds the tables on the way back."""
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_scheme_owner'),
        ('benchmarks', '0002_sources'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PoolCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kpi', models.CharField(max_length=40)),
                ('variant', models.CharField(max_length=40)),
                ('unit', models.CharField(max_length=20)),
                ('channel', models.CharField(max_length=40)),
                ('industry', models.CharField(max_length=60)),
                ('region', models.CharField(max_length=60)),
                ('members', models.JSONField(help_text='pairs of centre and organisation')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='PoolMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('consent', models.CharField(max_length=64)),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-joined_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReleaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='marketrelease',
            name='kind',
            field=models.CharField(choices=[('figures', 'Published figures'), ('pool', 'Peer pool')], default='figures', max_length=20, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='marketrelease',
            name='loaded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='marketrelease',
            name='period',
            field=models.CharField(blank=True, max_length=10, verbose_name='period'),
        ),
        migrations.AddField(
            model_name='marketrelease',
            name='published_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='marketrelease',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='marketrelease',
            constraint=models.UniqueConstraint(condition=models.Q(('period', ''), _negated=True), fields=('period',), name='pool_period_once'),
        ),
        migrations.AddField(
            model_name='poolcell',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cells', to='benchmarks.marketrelease'),
        ),
        migrations.AddField(
            model_name='poolmembership',
            name='centre',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pool_memberships', to='accounts.centre'),
        ),
        migrations.AddField(
            model_name='poolmembership',
            name='joined_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='poolmembership',
            name='left_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='releasestep',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='releasestep',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='benchmarks.marketrelease'),
        ),
        migrations.AddConstraint(
            model_name='poolcell',
            constraint=models.UniqueConstraint(fields=('release', 'kpi', 'variant', 'unit', 'channel', 'industry', 'region'), name='pool_cell_once'),
        ),
        migrations.AddConstraint(
            model_name='poolmembership',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('centre',), name='pool_member_once'),
        ),
        migrations.RunPython(publish_what_is_loaded, migrations.RunPython.noop),
        migrations.RunPython(lock, unlock),
    ]
