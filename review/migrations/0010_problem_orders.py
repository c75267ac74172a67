from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0009_joint_sessions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='problem',
            index=models.Index(fields=['deadline', 'id'], name='problem_deadline'),
        ),
        migrations.AddIndex(
            model_name='problem',
            index=models.Index(fields=['object_code', 'id'], name='problem_object'),
        ),
    ]
