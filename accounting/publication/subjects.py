"""What can be published: the subjects of subjects.yaml, and where a cell of a summary table is among them. Pure.

A subject is one table of a cut: region × a second hierarchy. ``discharge.<medium>.<pollutant>`` is what enters the
environment by source and industry, ``objects`` the number of objects by kind and industry, ``T09.generated`` a
column of a summary table by waste, industry or kind of plant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from accounting.methods import pollutants
from accounting.publication.disclosure import Tree
from accounting.tables.build import resolve
from accounting.tables.layout import Column, load
from accounting.words import measure
from census import declarations

FILE = Path(__file__).with_name("subjects.yaml")
MEDIA = {"water": {"zh": "水", "en": "water"}, "air": {"zh": "大气", "en": "air"}}
NUMBER = {"zh": "个", "en": "number"}
UNKNOWN = "?"
ROOT = "all"
Text = Mapping[str, str]


@dataclass(frozen=True)
class Node:
    """A declared node of a second hierarchy, see the head of the file."""

    id: str
    label: Text
    where: Mapping[str, Any] | None = None
    means: tuple[Mapping[str, Any], ...] = ()
    split: str = ""
    rest: bool = False
    nodes: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of printing."""
        yield self
        for node in self.nodes:
            yield from node.walk()

    def holds(self, fact: Mapping[str, Any]) -> bool:
        """Whether a fact (its classes) lies in this leaf."""
        return self.rest or all(fact.get(name) == wanted for name, wanted in (self.where or {}).items())


@dataclass(frozen=True)
class Subject:
    """*column*, *by*, *root*: of a column of a summary table, whose classes are the leaves of one population. *counts*:
    numbers of objects, which only the threshold protects. *balance*: subject → sign, with the others of the sum."""

    code: str
    group: Text
    label: Text
    unit: Text
    decimals: int
    tree: Node
    counts: bool = False
    medium: str = ""
    pollutant: str = ""
    table: str = ""
    column: Column | None = None
    by: str = ""
    balance: Mapping[str, int] = field(default_factory=dict)

    @property
    def populations(self) -> frozenset[str]:
        """Ids of the nodes; of all together the amounts know units that the numbers do not count (carriers)."""
        return frozenset(node.id for node in self.tree.walk()) - {ROOT}

    def name(self, language: str) -> str:
        """What the table is called."""
        label, group = self.label[language], self.group[language]
        return f"{group}{'：' if language == 'zh' else ': '}{label}" if self.table else label

    def tree_of(self, leaves: Iterable[str]) -> Tree:
        """The hierarchy of the leaves that were found: declared nodes in their order, what splits them sorted."""
        found = set(leaves)
        children: dict[str, tuple[str, ...]] = {}

        def keep(node: Node) -> bool:
            if node.split:
                below = tuple(sorted(key for key in found if _below(key, node)))
            else:
                below = tuple(child.id for child in node.nodes if keep(child))
            if below:
                children[node.id] = below
            return bool(below) or node.id in found

        keep(self.tree)
        return Tree(self.tree.id, children)

    def leaf(self, fact: Mapping[str, Any]) -> str:
        """The key of the leaf a fact lies in. Raises LookupError where the tree has none."""
        for node in self.tree.walk():
            if not node.nodes and node.holds(fact):
                return split_key(node, fact.get(node.split)) if node.split else node.id
        raise LookupError(f"{self.code}: no leaf holds {dict(fact)}")


def split_key(node: Node, value: str | None) -> str:
    """The key of a leaf below *node*: the division itself for industries, ``farms:pig`` for anything else."""
    value = value or UNKNOWN
    return value if node.split == "industry" else f"{node.id}:{value}"


def _below(key: str, node: Node) -> bool:
    """Whether *key* is a leaf that splits *node*."""
    if node.split == "industry":
        return ":" not in key and (key[:1].isdigit() or key == UNKNOWN)
    return key.startswith(f"{node.id}:")


@dataclass(frozen=True)
class Place:
    """Where a cell of a summary table is published: node (column key) of these subjects. None: free, it shows areas
    or nothing but them; no subjects: no released table ever holds it."""

    subjects: tuple[str, ...]
    node: str


@dataclass(frozen=True)
class Catalogue:
    subjects: Mapping[str, Subject]
    trees: Mapping[str, Node]
    open: Mapping[str, frozenset[str]]
    same: Mapping[str, str]
    closed_sources: frozenset[str] = frozenset({"sewage_plant"})  # stand for what they let through of others

    def linked(self, code: str) -> list[str]:
        """Subjects that a reader lays beside this one: those of its balance, and numbers of objects beside the amounts
        of the same populations."""
        own = self.subjects[code]

        def tied(other: Subject) -> bool:
            both = own.counts != other.counts and own.populations & other.populations
            return other.code in own.balance or bool(both)

        return [one.code for one in self.subjects.values() if one.code != code and tied(one)]

    def place(
        self, code: str, column: Column, row: Mapping[str, Any], bound: Mapping[str, str]
    ) -> Place | None:
        """Where the cell of table *code* with the row's conditions *row* and bindings *bound* is published."""
        if column.sum_of:
            parts = [self.place(code, one, row, bound) for one in _columns(code, column.sum_of)]
            closed = next((one for one in parts if one), None)
            node = self.same.get(f"{code}.{column.id}")
            if closed is None or node is None:
                return closed and Place((), "")
            return Place(closed.subjects, node)
        asked = {**resolve(column.where, bound), **row}
        if column.fact == "reference":
            return None
        if column.fact == "objects":
            return self._node("objects", "kind", asked)
        if f"{code}.{column.id}" in self.same:
            return self._split("objects", self.same[f"{code}.{column.id}"], asked.get("by"))
        if f"{code}.{column.id}" in self.subjects:
            return self._of_column(self.subjects[f"{code}.{column.id}"], asked)
        if column.fact == "lines":
            return self._of_lines(column, asked)
        return None if set(column.forms) <= self.open["forms"] else Place((), "")

    def _of_column(self, subject: Subject, asked: Mapping[str, Any]) -> Place:
        if "industry" in asked:
            by = "industry" if subject.by == "industry" else None
            return self._split(subject.code, subject.tree.id, asked["industry"]) if by else Place((), "")
        name = "group" if subject.column and subject.column.group_item else "by"
        value = asked.get(name) if subject.by not in {"", "industry"} else None
        return self._split(subject.code, subject.tree.id, value)

    def _split(self, code: str, node: str, value: str | None) -> Place:
        found = next(one for one in self.subjects[code].tree.walk() if one.id == node)
        return Place((code,), split_key(found, value) if value else node)

    def _of_lines(self, column: Column, asked: dict[str, Any]) -> Place | None:
        wanted = asked.pop("pollutant", None)
        medium = asked.pop("medium", None)
        asked.pop("source!", None)
        found = self._node("", "source", asked)
        if found is None or not wanted or column.measure != "discharged" or not found.node:
            return found and Place((), "")
        codes = [wanted] if isinstance(wanted, str) else wanted
        media = [medium or pollutants.table()[code].media[0] for code in codes]
        subjects = tuple(f"discharge.{one}.{code}" for one, code in zip(media, codes, strict=True))
        return Place(subjects, found.node) if set(subjects) <= set(self.subjects) else Place((), "")

    def _node(self, subject: str, tree: str, asked: Mapping[str, Any]) -> Place | None:
        """The node of a tree that a cell asks for; what belongs to areas is taken out first."""
        asked = dict(asked)
        wanted = asked.get(tree)
        if wanted is not None:
            left = [one for one in _listed(wanted) if one not in self.open[f"{tree}s"]]
            if not left:
                return None
            asked[tree] = left[0] if len(left) == 1 else tuple(left)
        split = {name: asked.pop(name) for name in ("industry", "subject") if name in asked}
        node = next((one for one in self.trees[tree].walk() if asked in ([one.where, *one.means])), None)
        if node is None or (split and node.split not in split):
            return Place((), "")
        key = split_key(node, split[node.split]) if split else node.id
        return Place((subject,), key)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _columns(code: str, wanted: Sequence[str]) -> list[Column]:
    held = {column.id: column for column in load()[code].columns}
    return [held[one] for one in wanted]


@cache
def catalogue(file: Path = FILE) -> Catalogue:
    """Everything the file declares. Raises KeyError or TypeError for a declaration that cannot be read."""
    data = declarations.read(file)
    trees = {name: _node(entry) for name, entry in data["trees"].items()}
    subjects = [*_discharges(trees["source"]), *_of_columns(data, trees), _objects(trees["kind"])]
    return Catalogue(
        {one.code: one for one in subjects},
        trees,
        {name: frozenset(values) for name, values in data["open"].items()},
        data["same"],
    )


def _node(entry: Mapping[str, Any]) -> Node:
    known = {**entry, "nodes": tuple(_node(one) for one in entry.get("nodes", ()))}
    return Node(**{**known, "means": tuple(entry.get("means", ()))})


def _discharges(tree: Node) -> Iterator[Subject]:
    group = {"zh": "污染物排放量", "en": "Discharge of pollutants"}
    for medium, word in MEDIA.items():
        for code, one in pollutants.table().items():
            if medium in one.media:
                label = {"zh": f"{one.zh}排放量（{word['zh']}）", "en": f"{one.en} discharged ({word['en']})"}
                unit = {lang: measure(one.display, lang) for lang in ("zh", "en")}
                yield Subject(
                    f"discharge.{medium}.{code}",
                    group,
                    label,
                    unit,
                    one.decimals,
                    tree,
                    medium=medium,
                    pollutant=code,
                )


def _objects(tree: Node) -> Subject:
    label = {"zh": "普查对象数量", "en": "Number of census objects"}
    return Subject("objects", label, label, NUMBER, 0, tree, counts=True)


def _of_columns(data: Mapping[str, Any], trees: Mapping[str, Node]) -> Iterator[Subject]:
    populations = {node.id: node.label for tree in trees.values() for node in tree.walk()} | data["roots"]
    for entry in data["columns"]:
        layout, by = load()[entry["table"]], entry.get("by", "")
        balance = {f"{layout.code}.{name}": sign for name, sign in entry.get("balance", {}).items()}
        tree = Node(entry["root"], populations[entry["root"]], {}, split=by)
        for column in _columns(layout.code, entry["columns"]):
            name = {one: _joined(column, one) for one in ("zh", "en")}
            yield Subject(
                f"{layout.code}.{column.id}",
                {one: f"{layout.code} {layout.title[one]}" for one in ("zh", "en")},
                name,
                column.unit,
                column.decimals,
                tree,
                counts=column.fact == "items" and column.measure == "count",
                table=layout.code,
                column=column,
                by=by,
                balance=balance if f"{layout.code}.{column.id}" in balance else {},
            )


def _joined(column: Column, language: str) -> str:
    return f"{column.group[language]} · {column.label[language]}" if column.group else column.label[language]
