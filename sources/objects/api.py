"""REST API of the register: the same services and checks as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from census.ui.paging import paginate
from sources.objects.checks import FIELDS
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.objects.queries import SORTS, Filters, object_list, plan_for_lists
from sources.objects.services import StaleObject, object_create, object_edit

_CAPABILITIES = {"POST": "register.edit", "PATCH": "register.edit", "*": "register.view"}


class ObjectSerializer(serializers.ModelSerializer):
    """A census object as it is read and written. Codes, category and revision are given by the system."""

    reason = serializers.CharField(write_only=True, required=False, max_length=300)

    class Meta:
        model = CensusObject
        fields = (
            *("id", "kind", "category", "code", *FIELDS, "closed_on", "closed_reason", "revision"),
            *("synthetic", "created_at", "updated_at", "reason"),
        )
        read_only_fields = (
            *("id", "category", "code", "closed_on", "closed_reason", "synthetic"),
            *("created_at", "updated_at"),
        )
        extra_kwargs = {"revision": {"required": False}}


class ObjectPageSerializer(serializers.Serializer):
    """A page of the list. ``next`` is the position to ask for as ``at``, null at the end."""

    results = ObjectSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ProblemSerializer(serializers.Serializer):
    """What was wrong with a request: field → texts."""

    detail = serializers.DictField()


_QUERY = [
    OpenApiParameter(name, str, description=text)
    for name, text in (
        ("q", "Words of the name, a code, or pinyin initials"),
        ("kind", "Kind of object: " + ", ".join(KINDS)),
        ("category", "Source category"),
        ("region", "12-digit region code; everything below it"),
        ("industry", "Industry code or the beginning of one"),
        ("status", "in_scope, pending, out_of_scope, removed, all; default all but removed"),
        ("operating", "1 running, 2 stopped all year, 3 closed"),
        ("scale", "Size of the enterprise: 1 large, 2 medium, 3 small, 4 micro"),
        ("size", "Rows a page: 25, 50, 100 or 250"),
        ("district", "Id of a census district, or none"),
        ("sort", ", ".join(SORTS)),
        ("at", "Position of the page, from next"),
    )
]


class ObjectList(APIView):
    """The register as far as the post reaches."""

    capability = _CAPABILITIES

    @extend_schema(operation_id="objects_list", parameters=_QUERY, responses=ObjectPageSerializer)
    def get(self, request: Request) -> Response:
        """List objects, filtered as on the page."""
        filters = Filters.read(request.GET)
        plan_for_lists()
        try:
            page = paginate(object_list(request.scope, filters), SORTS[filters.sort], request.GET)
        except BadRequest as error:
            raise serializers.ValidationError({"at": [str(error)]}) from error
        return Response({"results": ObjectSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(
        operation_id="objects_create",
        request=ObjectSerializer,
        responses={201: ObjectSerializer, 400: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Register an object."""
        values = _mapping(request)
        try:
            with transaction.atomic():
                obj = object_create(
                    request.scope,
                    kind=str(values.get("kind", "")),
                    values=values,
                    reason=str(values.get("reason", "")),
                )
        except ValidationError as error:
            return _refusal(error)
        return Response(ObjectSerializer(obj).data, status=status.HTTP_201_CREATED)


class ObjectDetail(APIView):
    """One object."""

    capability = _CAPABILITIES

    @extend_schema(operation_id="objects_read", responses=ObjectSerializer)
    def get(self, request: Request, object_id: UUID) -> Response:
        """Read an object."""
        return Response(ObjectSerializer(_object(request, object_id)).data)

    @extend_schema(
        operation_id="objects_change",
        request=ObjectSerializer,
        responses={200: ObjectSerializer, 400: ProblemSerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, object_id: UUID) -> Response:
        """Change fields of an object last read at ``revision``; 409 gives stored and wanted values."""
        obj, values = _object(request, object_id), _mapping(request)
        revision = values.get("revision")
        if not isinstance(revision, int):
            return Response({"detail": {"revision": ["revision is required"]}}, status=400)
        try:
            with transaction.atomic():
                obj = object_edit(
                    request.scope,
                    object_id=obj.pk,
                    revision=revision,
                    values={name: value for name, value in values.items() if name in FIELDS},
                    reason=str(values.get("reason", "")),
                )
        except ValidationError as error:
            return _refusal(error)
        except StaleObject as stale:
            both = {d.field: {"stored": d.theirs, "wanted": d.yours} for d in stale.differences}
            return Response({"detail": both, "revision": stale.current.revision}, status=409)
        return Response(ObjectSerializer(obj).data)


def _object(request: Request, object_id: UUID) -> CensusObject:
    return get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)


def _mapping(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise serializers.ValidationError({"detail": "a JSON object is expected"})
    return request.data


def _refusal(error: ValidationError) -> Response:
    fields = getattr(error, "message_dict", {"": error.messages})
    return Response({"detail": fields}, status=status.HTTP_400_BAD_REQUEST)
