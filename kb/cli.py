"""The terminal: parse, call, print. Exit codes are given out here: 0 done, 1 problems found, 2 wrong usage."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec

import click

from kb import __version__, collector, interrupts, terminal
from kb.errors import KnowledgeBaseError, LockedIndexError, ParameterError

if TYPE_CHECKING:
    from kb.core import KnowledgeBase
    from kb.model import Query

Arguments = ParamSpec("Arguments")
#: Errors of usage end with 2, all others with 1.
_USAGE = 2
#: Objects made between two collections of garbage in a rebuild; milliseconds between two looks of `--watch`.
_COLLECT, _TURN = 20_000, 500
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")


def main() -> None:
    """The command `kb`."""
    # Pages hold every script; a terminal that cannot show a character gets a question mark, not an error.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", encoding=stream.encoding or "utf-8")
    # NumPy's matrices here are small: a second thread waits for the first longer than it helps.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="kb")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
@click.option(
    "--root",
    envvar="KB_ROOT",
    default=".",
    type=click.Path(path_type=Path),
    help="The folder with kb.toml and content/ (KB_ROOT; default: here).",
)
@click.option("--engine", envvar="KB_ENGINE", help="The search engine (KB_ENGINE; default: as kb.toml says).")
@click.pass_context
def cli(context: click.Context, root: Path, engine: str | None) -> None:
    """A searchable knowledge base of immigration law."""
    context.obj = {"root": root, "engine": engine}


def _told(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Turn the package's errors into one sentence on stderr (and a JSON document with --json) and an exit code."""

    @wraps(command)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        try:
            command(*arguments, **options)
        except KnowledgeBaseError as error:
            _fail(error, bool(options.get("as_json")))

    return run


def _fail(error: KnowledgeBaseError, as_json: bool) -> NoReturn:
    if as_json:
        _print_json(terminal.error_json(error))
    click.echo(str(error), err=True)
    sys.exit(_USAGE if _is_usage(error) else 1)


def _from_index(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Damaged files make those who read them raise anything: an index that fails its checksums is the news then."""

    @wraps(command)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        try:
            command(*arguments, **options)
        except (KnowledgeBaseError, click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            _open().verify()
            raise

    return run


def _is_usage(error: KnowledgeBaseError) -> bool:
    from kb.search.engine import UnknownEngineError

    return isinstance(error, ParameterError | UnknownEngineError)


@click.pass_context
def _open(context: click.Context) -> KnowledgeBase:
    from kb.core import KnowledgeBase
    from kb.search.engine import ENGINES, UnknownEngineError

    base = KnowledgeBase.open(context.obj["root"], context.obj["engine"])
    if base.settings.engine not in ENGINES:
        raise UnknownEngineError(f"There is no engine “{base.settings.engine}”. Choose: {', '.join(ENGINES)}.")
    return base


# -- building -------------------------------------------------------------------------------------------------------


@cli.command("rebuild-index")
@click.option("--full", is_flag=True, help="Read every page anew instead of what changed.")
@click.option(
    "--keep-going", is_flag=True, help="Leave out pages with errors instead of stopping (exit 1 all the same)."
)
@click.option("--watch", is_flag=True, help="Rebuild whenever something under content/ changes, until interrupted.")
@click.option("--back", is_flag=True, help="Return to the generation before the live one.")
@json_option
@_told
def rebuild_index(full: bool, keep_going: bool, watch: bool, back: bool, as_json: bool) -> None:
    """Build a new generation of the index and switch to it."""
    if back and (full or keep_going or watch):
        raise click.UsageError("--back goes alone.")
    if watch and as_json:
        raise click.UsageError("--watch has no JSON: it never ends.")
    base = _open()
    if back:
        _print_status(base.back(), as_json)
        return
    if watch:
        _watch(base, full, keep_going)
        return
    _rebuild(base, full, keep_going, as_json)


def _rebuild(base: KnowledgeBase, full: bool, keep_going: bool, as_json: bool) -> None:
    # What was loaded stays, and of what a rebuild makes nothing refers to itself: there is little to collect.
    with collector.seldom(_COLLECT), _progress() as progress:
        gc.freeze()
        summary = base.rebuild(full, keep_going, progress, os.cpu_count() or 1)
    for line in (*summary.notes, *map(str, summary.problems)):
        click.echo(line, err=True)
    if as_json:
        _print_json(terminal.summary_json(summary))
    else:
        click.echo(terminal.summary_text(summary))
    if summary.problems:
        sys.exit(1)


def _watch(base: KnowledgeBase, full: bool, keep_going: bool) -> None:
    """Rebuild now and whenever content changes; what is saved meanwhile is not missed, nor while another rebuilds."""
    from watchfiles import watch

    content = base.settings.root / "content"
    click.echo(f"Watching {content}. Stop with Ctrl-C.", err=True)
    due = True
    with interrupts.noted() as stop:
        for changes in watch(
            content, stop_event=stop, raise_interrupt=False, rust_timeout=_TURN, yield_on_timeout=True
        ):
            if due or changes:
                due = not _rebuild_and_report(base, full, keep_going)
                full = full and due


def _rebuild_and_report(base: KnowledgeBase, full: bool, keep_going: bool) -> bool:
    """Rebuild; an error is told and the watch goes on, since the next save may mend it. False: try again."""
    try:
        _rebuild(base, full, keep_going, as_json=False)
    except LockedIndexError as error:
        click.echo(str(error), err=True)
        return False
    except KnowledgeBaseError as error:
        click.echo(str(error), err=True)
    except SystemExit:
        click.echo("Pages with errors were left out.", err=True)
    return True


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Progress with an estimate on a terminal, a plain line now and then elsewhere; always on stderr."""
    if not sys.stderr.isatty():
        yield terminal.ProgressLines(lambda line: click.echo(line, err=True))
        return
    bars: dict[str, Any] = {}

    def bar(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = click.progressbar(length=max(total, 1), label=stage.capitalize(), file=sys.stderr)
            bars[stage].__enter__()
        bars[stage].update(done - bars[stage].pos)
        if done >= total:
            bars[stage].__exit__(None, None, None)

    yield bar


@cli.command("import")
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--into", default=None, type=click.Path(path_type=Path), help="Where pages go (default: content/ of the root)."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@json_option
@click.pass_context
@_told
def import_pages(
    context: click.Context, sources: Sequence[str], into: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Bring saved pages and pasted articles in: files, folders, or - for standard input."""
    from kb.ingest import import_sources
    from kb.shipped import vocabulary_for

    root: Path = context.obj["root"]
    target = into or root / "content"
    report = import_sources(list(sources), target, vocabulary_for(root), dry_run=dry_run, stdin=sys.stdin)
    if as_json:
        _print_json(report.to_json())
    else:
        click.echo("\n".join(report.lines()))
    if report.exit_code:
        sys.exit(report.exit_code)


@cli.command()
@json_option
@_told
def check(as_json: bool) -> None:
    """List every problem of content, vocabulary, links, tags and currency."""
    problems = _open().check()
    if as_json:
        _print_json(terminal.check_json(problems))
    else:
        for line in terminal.check_lines(problems):
            click.echo(line)
        click.echo(terminal.check_counts(problems), err=True)
    if any(problem.level == "error" for problem in problems):
        sys.exit(1)


# -- asking ---------------------------------------------------------------------------------------------------------

_FILTER_OPTIONS = ("tag", "type", "service", "author", "source", "cites", "year", "status")


def _search_options(command: Callable[..., None]) -> Callable[..., None]:
    for name in reversed(_FILTER_OPTIONS):
        command = click.option(
            f"--{name}", f"filter_{name}", multiple=True, help=f"Keep pages with this {name}; can be repeated."
        )(command)
    for name in ("from", "to", "as-of", "sort", "page", "per-page"):
        command = click.option(f"--{name}", f"value_{name.replace('-', '_')}", default=None, help=_HELP[name])(command)
    return command


_HELP = {
    "from": "Dated on this day or later (YYYY-MM-DD).",
    "to": "Dated on this day or earlier.",
    "as-of": "As the site stood on this day.",
    "sort": "relevance, newest or oldest.",
    "page": "Which page of results, from 1.",
    "per-page": "Results on a page, 1 to 100 (default 10).",
}


@cli.command()
@click.argument("query")
@_search_options
@click.option("--explain", is_flag=True, help="Say what each score is made of.")
@json_option
@_told
@_from_index
def search(query: str, explain: bool, as_json: bool, **options: Any) -> None:
    """Search, with the same filters as the site."""
    from kb.web import answers

    reader = _open().reader()
    asked = _query(query, options)
    results = reader.search(asked)
    explained = {hit.id: list(reader.explain(asked, hit.id)) for hit in results.hits} if explain else {}
    if as_json:
        found = answers.results(results)
        for hit in found["hits"]:
            hit.update({"explanation": explained[hit["id"]]} if explain else {})
        _print_json(found)
        return
    click.echo(terminal.results_text(results, explained))


def _query(text: str, options: dict[str, Any]) -> Query:
    from kb.web.params import parse, redacted

    pairs = [("q", text)]
    pairs += [(name, value) for name in _FILTER_OPTIONS for value in options[f"filter_{name}"]]
    values = ((name.removeprefix("value_"), value) for name, value in options.items() if name.startswith("value_"))
    pairs += [(name, value) for name, value in values if value is not None]
    return parse(redacted(pairs) or pairs)


@cli.command()
@click.argument("document_id", metavar="ID")
@click.option("--limit", default=6, type=click.IntRange(1, 100), help="At most this many pages (default 6).")
@json_option
@_told
@_from_index
def related(document_id: str, limit: int, as_json: bool) -> None:
    """What else to read after a page, and why."""
    from kb.web import answers

    pages = _open().related(document_id, limit)
    if as_json:
        _print_json(answers.related(document_id, pages))
        return
    for line in terminal.related_lines(pages):
        click.echo(line)
    if not pages:
        click.echo("No related pages.", err=True)


@cli.command()
@click.argument("prefix")
@json_option
@_told
@_from_index
def suggest(prefix: str, as_json: bool) -> None:
    """Complete what was begun: services, concepts, forms, citations, titles."""
    from kb.web import answers

    found = _open().suggest(prefix)
    if as_json:
        _print_json(answers.suggestions(found))
        return
    for one in found:
        click.echo(f"{one.text}  ({one.kind})  {one.url}")
    if not found:
        click.echo("Nothing begins so.", err=True)


@cli.command()
@click.option("--verify", is_flag=True, help="Compare every file with its checksum.")
@json_option
@_told
@_from_index
def status(verify: bool, as_json: bool) -> None:
    """What is live: engine, generation, documents, age, and what has changed since."""
    _print_status(_open().status(verify), as_json)


def _print_status(found: Any, as_json: bool) -> None:
    if as_json:
        _print_json(terminal.status_json(found))
    else:
        click.echo(terminal.status_text(found))


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--drafts", is_flag=True, help="Show drafts by their URL; on loopback only.")
@_told
def serve(host: str, port: int, drafts: bool) -> None:
    """Serve the site with a production server until stopped."""
    if drafts and not _is_loopback(host):
        raise click.UsageError("--drafts is for this machine alone: give --host 127.0.0.1.")
    base = _open()
    from kb.web import create_app
    from kb.web.server import run

    try:
        base.reader()
    except KnowledgeBaseError as error:
        click.echo(f"{error} Until then every page answers 503.", err=True)
    run(create_app(base, drafts=drafts), host, port, lambda url: click.echo(f"Serving on {url} (stop with Ctrl-C)"))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


# -- printing -------------------------------------------------------------------------------------------------------


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
