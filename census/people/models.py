"""People, offices, and the posts that give rights."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES, POST_KINDS
from census.access.rls import RowScope
from census.places.models import RegionCodeField


class Office(models.Model):
    """A census office (普查机构) of a region, or the township work unit below a county."""

    row_scope = RowScope(category=None, read_all=True, verbs=("SELECT", "INSERT", "UPDATE"))

    region = RegionCodeField(unique=True)
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["region"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username: str) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person with an account. Rights come only from posts."""

    web_verbs = ("SELECT", "INSERT", "UPDATE")

    username = models.CharField(_("User name"), max_length=60, unique=True)
    name = models.CharField(_("Name"), max_length=60)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    failed_count = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def session_stamp(self) -> str:
        """Changes with the password, so that old sessions end."""
        return salted_hmac("census.session", self.password, algorithm="sha256").hexdigest()[:16]


class PostQuerySet(models.QuerySet):
    def current(self) -> PostQuerySet:
        """Posts in force today."""
        today = timezone.localdate()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=today),
            Q(valid_to__isnull=True) | Q(valid_to__gte=today),
            active=True,
        )


class Post(models.Model):
    """A person's post: kind × region × source categories (× districts, × one object).

    Read before there is a scope, at sign-in; granted and changed only inside the region of whoever does it.
    """

    row_scope = RowScope(category=None, read_all=True, verbs=("SELECT", "INSERT", "UPDATE"))

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=24, choices=[(k.code, k.label) for k in POST_KINDS.values()])
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    region = RegionCodeField()
    categories = ArrayField(models.CharField(max_length=16, choices=list(CATEGORIES.items())))
    districts = ArrayField(models.UUIDField(), default=list, blank=True)
    object_id = models.UUIDField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    active = models.BooleanField(default=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["region", "kind"])]
