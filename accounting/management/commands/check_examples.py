"""``manage.py check_examples FILE...``: recompute published worked examples and compare."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounting.methods.examples import ExampleError, check_file
from accounting.methods.registry import Per, catalogue


class Command(BaseCommand):
    """Exits with a status other than 0 when a figure misses its tolerance or a file is not understood."""

    help = "Recompute worked examples (format: accounting/methods/examples/README.md) and compare."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument(
            "--methods", action="store_true", help="list the methods with their inputs and units"
        )

    def handle(self, *, files, methods, **options):
        if methods:
            self._list_methods()
        elif not files:
            raise CommandError("Name at least one file, or --methods.")
        if not files:
            return
        checked, missed, problems, published = 0, 0, [], set()
        self.stdout.write(
            f"{'example':44} {'figure':14} {'expected':>16} {'computed':>16} {'difference':>12}"
        )
        for path in files:
            try:
                for row in check_file(path):
                    checked += 1
                    missed += not row.passes
                    published.add(row.method)
                    self._print(row)
            except ExampleError as error:
                problems.append(str(error))
        for problem in problems:
            self.stderr.write(self.style.ERROR(problem))
        if missed or problems:
            raise CommandError(
                f"{missed} of {checked} figures missed their tolerance, {len(problems)} files not understood."
            )
        without = [name for name in catalogue() if name not in published]
        if without:
            self.stdout.write(f"{len(without)} methods without a figure in these files: {', '.join(without)}")
        self.stdout.write(self.style.SUCCESS(f"{checked} figures agree."))

    def _print(self, row):
        line = (
            f"{row.id:44} {row.output:14} {f'{row.expected:f} {row.unit}':>16} {f'{row.computed:.8g}':>16} "
            f"{f'{row.difference:.3g}':>12}"
        )
        if row.passes:
            self.stdout.write(line)
        else:
            self.stdout.write(self.style.ERROR(f"{line}  MISS (tolerance {row.tolerance:g} {row.unit})"))

    def _list_methods(self):
        for name, method in catalogue().items():
            self.stdout.write(name)
            for item, spec in method.inputs.items():
                unit = (
                    f"fits {spec.activity}, gives {' or '.join(spec.amounts)}"
                    if isinstance(spec, Per)
                    else spec.unit
                )
                extra = [
                    "list" if spec.many else "",
                    "" if spec.default is None else f"default {spec.default:g}",
                    spec.note,
                ]
                self.stdout.write(f"    in   {item} [{unit}] {'; '.join(filter(None, extra))}".rstrip())
            for item, unit in method.outputs.items():
                self.stdout.write(f"    out  {item} [{'unit of the amount' if unit == '=' else unit}]")
            self.stdout.write(f"    {method.formula}")
            self.stdout.write(f"    source: {method.source}")
