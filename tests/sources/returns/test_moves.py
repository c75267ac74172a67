"""Any sequence of acts by any people: no path edits a frozen form, skips a level, loses a reason, or lets the
person who entered approve, be it through the post of an absent colleague. Run on the services themselves, beside
a model of what may happen."""

import dataclasses
import datetime as dt

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sources.comments.services import thread_begin
from sources.orders.models import UnlockOrder
from sources.orders.services import unlock_ask, unlock_grant, unlock_refuse
from sources.returns.approvals import steps_of
from sources.returns.bulk import returns_approve_bulk, returns_send_back_bulk
from sources.returns.models import Return, ReturnVersion
from sources.returns.seals import verify_history
from sources.returns.services import return_approve, return_save, return_send_back, return_submit
from tests.sources.returns.world import climb, complete, fill, scope_for

REFUSED = (PermissionDenied, ValidationError, Http404)
# the model, written a second time on purpose: state, who takes it on, and the state after
LADDER = [
    ("submitted", "enumerator"),
    ("enumerator_ok", "instructor"),
    ("instructor_ok", "county_officer"),
    ("county_ok", "city_officer"),
    ("city_ok", "province_officer"),
    ("province_ok", "nation_officer"),
    ("nation_ok", "nation_officer"),
]
RANKS = ["draft", *[state for state, _post in LADDER], "frozen"]
AFTER_SUBMIT = {"filler": "submitted", "enumerator": "enumerator_ok"}
OFFICES = {post for _state, post in LADDER[2:]}
POSTS = [*dict.fromkeys(post for _state, post in LADDER), "filler", "third_party", "auditor"]


def people_of(place, post):
    """Two people of a post, and the second acting for the first, who is away."""
    first, second = (scope_for(post, user_id=1000 + 10 * place + n) for n in (1, 2))
    return [first, second, dataclasses.replace(second, behalf_of=first.user_id)]


PEOPLE = st.sampled_from([one for place, post in enumerate(POSTS) for one in people_of(place, post)])
NUMBERS = st.integers(0, 4)


class Ladder(RuleBasedStateMachine):
    """One form of a petrol station. ``held`` is what the model says of it."""

    @initialize(start=st.sampled_from(RANKS))
    def begin(self, start):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.ret = fill("Y102")
        climb(self.ret, start)
        self.held = self.row()
        self.writers = {self.held.filled_by}
        self.reasons, self.orders, self.asked = [], [], None

    def row(self):
        return Return.objects.get(pk=self.ret.pk)

    def attempt(self, allowed, act, state, *args, **kwargs):
        """Do it; the model knows whether it may be done and which *state* it leads to. True when done."""
        before = self.held
        try:
            with transaction.atomic():
                act(*args, **kwargs)
            done = True
        except REFUSED:
            done = False
        self.held = self.row()
        assert done == allowed, (act.__name__, before.state, self.held.state)
        if not done:
            assert self.held.version_no == before.version_no
        assert self.held.state == (state if done else before.state)
        return done

    @rule(actor=PEOPLE, number=NUMBERS)
    def save(self, actor, number):
        """0 makes the form wrong."""
        state, values = self.held.state, complete("Y102") | {"gasoline_sales_t": number or -1}
        allowed = (
            state == "draft" and "return.fill" in actor.capabilities and actor.post_kind != "city_officer"
        ) or (state != "frozen" and actor.post_kind == "county_officer")
        changes = values != self.held.values
        fallen = RANKS.index(state) > RANKS.index("instructor_ok") and changes
        kwargs = {"return_id": self.ret.pk, "values": values, "base_version": self.held.version_no}
        if (
            self.attempt(allowed, return_save, "instructor_ok" if fallen else state, actor, **kwargs)
            and changes
        ):
            assert {self.held.filled_by, self.held.filled_for} - {None} == actor.persons
            self.writers = set(actor.persons)

    @rule(actor=PEOPLE)
    def submit(self, actor):
        allowed = self.held.state == "draft" and actor.post_kind in AFTER_SUBMIT and not self.held.errors
        target = AFTER_SUBMIT.get(actor.post_kind)
        self.attempt(allowed, return_submit, target, actor, return_id=self.ret.pk)

    @rule(actor=PEOPLE, many=st.booleans())
    def approve(self, actor, many):
        state = self.held.state
        at = RANKS.index(state)
        allowed = (
            (state, actor.post_kind) in LADDER and not self.held.errors and not self.writers & actor.persons
        )
        target = RANKS[at + 1] if allowed else None
        if not many:
            self.attempt(allowed, return_approve, target, actor, return_id=self.ret.pk)
        elif "return.approve" in actor.capabilities:
            decided = returns_approve_bulk(actor, ids=[self.ret.pk])
            self.held = self.row()
            assert (bool(decided.done), len(decided.refused)) == (allowed, not allowed)
            assert self.held.state == (target if allowed else state)

    @rule(actor=PEOPLE, to=st.sampled_from([None, *RANKS]), number=NUMBERS, many=st.booleans())
    def send_back(self, actor, to, number, many):
        """By who has it on the desk, or gave the last approval; one step down or to the filler. 0: no reason."""
        state = self.held.state
        at, post = RANKS.index(state), actor.post_kind
        desk, gave = (state, post) in LADDER, at > 1 and LADDER[at - 2][1] == post
        below = "draft" if state in {"submitted", "draft"} else RANKS[at - 1]
        if state == "enumerator_ok" and not gave:
            below = "draft"
        open_to = [below, "draft"] if (desk or gave) and state not in {"draft", "frozen"} else []
        if self.writers & actor.persons:
            open_to = [one for one in open_to if one == "draft"]
        chosen = to or (open_to[0] if open_to else None)
        allowed = chosen in open_to and bool(number) and "return.approve" in actor.capabilities
        kwargs = {"reason": "other", "text": f"why {number}" if number else " ", "target": to}
        act = return_send_back if not many else self.send_back_many
        if self.attempt(allowed, act, chosen, actor, return_id=self.ret.pk, **kwargs):
            self.reasons.append(f"why {number}")
            assert (self.held.returned["source"], self.held.returned["text"]) == (state, f"why {number}")

    @staticmethod
    def send_back_many(actor, return_id, **kwargs):
        decided = returns_send_back_bulk(actor, ids=[return_id], **kwargs)
        if decided.refused:
            raise ValidationError(decided.refused[0].text)

    @rule(actor=PEOPLE)
    def ask(self, actor):
        allowed = self.held.state == "frozen" and not self.asked and actor.post_kind in OFFICES
        until = dt.date(2999, 1, 1)
        kwargs = {"return_ids": [self.ret.pk], "reason": "wrong plant", "until": until}
        if self.attempt(allowed, unlock_ask, "frozen", actor, **kwargs):
            self.asked = (UnlockOrder.objects.get(state="asked"), actor.persons)

    @rule(actor=PEOPLE, grant=st.booleans(), send_back=st.booleans())
    def decide(self, actor, grant, send_back):
        if not self.asked:
            return
        order, askers = self.asked
        may = actor.post_kind == "nation_officer"
        if not grant:
            if self.attempt(may, unlock_refuse, "frozen", actor, order_id=order.pk, opinion="no"):
                self.asked = None
            return
        allowed = may and not askers & actor.persons
        state = "draft" if send_back else "nation_ok"
        if self.attempt(allowed, unlock_grant, state, actor, order_id=order.pk, send_back=send_back):
            order.refresh_from_db()
            self.orders.append(order)
            self.asked = None
            if send_back:
                self.reasons.append(self.held.returned["text"])
                assert order.code in self.reasons[-1]

    @rule(actor=PEOPLE)
    def talk(self, actor):
        """Comments are made in every state and change nothing."""
        kwargs = {"return_id": self.ret.pk, "path": "gasoline_sales_t", "text": "?"}
        self.attempt("return.comment" in actor.capabilities, thread_begin, self.held.state, actor, **kwargs)

    @invariant()
    def a_frozen_form_is_what_was_approved(self):
        if hasattr(self, "held") and self.held.state == "frozen":
            last = ReturnVersion.objects.filter(return_id=self.ret.pk).order_by("-no")
            bodies = [orjson.loads(version.body) for version in last[:2]]
            assert bodies[0]["action"] == "approved"
            assert bodies[0]["values"] == bodies[1]["values"] == self.held.values
            assert not self.held.errors

    def teardown(self):
        if not hasattr(self, "held"):
            return
        versions = [
            orjson.loads(v.body) for v in ReturnVersion.objects.filter(return_id=self.ret.pk).order_by("no")
        ]
        assert [one["reason"]["text"] for one in versions if one["action"] == "returned"] == self.reasons
        assert sum(one["action"] == "unlocked" for one in versions) == len(self.orders)
        assert not [fault for fault in verify_history() if fault.return_id == str(self.ret.pk)]
        shown = [step for step in steps_of(scope_for("auditor"), self.ret) if step.at and not step.lapsed]
        assert all(RANKS.index(step.state) <= RANKS.index(self.held.state) for step in shown)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)


@pytest.mark.django_db
def test_no_path_breaks_the_rules(english):
    run_state_machine_as_test(
        Ladder,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_twenty_decisions_take_no_more_statements_than_one():
    first = fill("Y102")
    return_submit(scope_for("enumerator"), return_id=first.pk)
    with CaptureQueriesContext(connection) as one:
        returns_approve_bulk(scope_for("instructor"), ids=[first.pk])
    more = [fill("Y102") for _ in range(20)]
    for ret in more:
        return_submit(scope_for("enumerator"), return_id=ret.pk)
    with CaptureQueriesContext(connection) as many:
        returns_approve_bulk(scope_for("instructor"), ids=[ret.pk for ret in more])
    assert len(many) == len(one)
