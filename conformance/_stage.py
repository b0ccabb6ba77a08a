"""The hooks of a run in which an extension is named: header, collection, verdicts, summary, report, exit code."""

from __future__ import annotations

import atexit
import gc
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from conformance._options import Options

if TYPE_CHECKING:
    from conformance._outcome import Outcomes
    from conformance._smoke import Setup
    from conformance._tally import Tally
    from conformance.report.document import JsonReport
    from conformance.run import ConformanceRun
    from emulator.leaving import Leaving


@contextmanager
def _without_collector() -> Iterator[None]:
    """For importing: what it makes stays, and the garbage collector would look through it again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Stage:
    """Lives from configuration to the end. Verdicts come about where items run, and are told where reports arrive."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        from conformance._selection import take_selection

        self.config = config
        self.options = options
        self.selection = take_selection(config)
        self.is_worker = hasattr(config, "workerinput")
        self._begin = time.perf_counter()
        self._run: ConformanceRun | None = None
        self.files: Leaving | None = None
        atexit.register(gc.freeze)  # or the interpreter looks through all of it once more, when everything goes anyway

    # before any verdict ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    @_without_collector()
    def pytest_sessionstart(self) -> None:
        """Smoke: whatever the options name must be there and loadable."""
        from conformance._smoke import SCENARIO_DIRECTORY, check_packages, smoke

        check_packages()
        from conformance import _fixtures
        from conformance._outcome import Outcomes
        from conformance._selection import check_selection
        from conformance._tally import Tally
        from conformance.catalogue import CATALOGUE
        from conformance.report.document import JsonReport
        from conformance.report.finding import Commands

        directory = self.config.invocation_params.dir / SCENARIO_DIRECTORY
        self.setup: Setup = smoke(self.options, date.today(), directory)
        check_selection(self.selection, self.setup.waivers.entries)
        self.commands = Commands(self.options.rerun)
        self.outcomes: Outcomes = Outcomes(self.options, self.commands)
        self.tally: Tally = Tally(CATALOGUE, self.options, self.setup.waivers)
        self.json: JsonReport | None = None
        if self.options.json is not None and not self.is_worker:
            self.json = JsonReport(self.options.json, self.options, self.setup)
            try:
                self._write()
            except OSError as error:
                raise pytest.UsageError(f"--conformance-json={self.options.json}: {error.strerror}") from None
        self.config.stash[_fixtures.SETUP] = self.setup
        self.config.pluginmanager.register(_fixtures, "backup_conformance_fixtures")

    def pytest_report_header(self) -> list[str]:
        """Every setting that matters."""
        from conformance._header import header

        return header(self.options, self.setup)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """List the app's files, before any rule is judged: a run that is cut short has the list all the same."""
        if not self.options.files or self.is_worker:
            return
        from conformance._files import list_files
        from conformance.report.files import document

        self.files = list_files(self.config, self.setup)
        if self.json is not None:
            self.json.add("files", document(self.files))
            self._write()

    # items -------------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add our collectors to the session's own."""
        from conformance._collection import collectors

        report = yield
        if isinstance(collector, pytest.Session) and report.result is not None:
            ours = collectors(collector, self.selection, self.options, self.setup, self.run)
            report.result = [*report.result, *ours]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Run first what is quick to judge; who else has a wish about the order is heard after us."""
        if config.option.collectonly:
            return
        from conformance._collection import in_order_of_running

        items[:] = in_order_of_running(items)

    def run(self) -> ConformanceRun:
        """The sessions of this process, begun when first asked for."""
        if self._run is None:
            from conformance.run import ConformanceRun

            self._run = ConformanceRun(self.setup.subject, self.setup.settings, self.setup.package)
        return self._run

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the result of one of our items into pytest's terms."""
        report = yield
        if call.when == "call":
            self.outcomes.put(item, report, call.excinfo)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> Any:
        """Words of our own for what pytest has no word for."""
        from conformance._outcome import status

        return status(report)

    # telling -----------------------------------------------------------------------------------------------------------

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Let the report name the rule during which a run was ended."""
        from conformance._tally import rule_of

        if not self.is_worker and rule_of(nodeid):
            self.tally.begin(nodeid)
            self._write()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict, and dress its text for the terminal."""
        if not self.is_worker:
            self.outcomes.dress(report)
            self.tally.take(report)
            self._write()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """End the sessions, and decide on the exit code."""
        self._close()
        if self.is_worker:
            return
        stopped = bool(session.shouldstop or session.shouldfail)
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
        self.tally.end(in_order=ended and not stopped)
        if ended and self.tally.harness_failed:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        self._write()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The sections of files and of conformance."""
        from conformance.report.summary import summary

        if self.files is not None:
            self._show_files(terminalreporter, self.files)
        if not self.tally.verdicts:
            return
        terminalreporter.write_sep("=", "conformance")
        verbosity = self.config.get_verbosity()
        for line in summary(self.tally, self.commands, verbosity, self.options.strict):
            terminalreporter.write_line(line.text, **line.markup)

    def _show_files(self, terminalreporter: pytest.TerminalReporter, files: Leaving) -> None:
        from conformance.report.files import section, title

        terminalreporter.write_sep("=", title(files))
        for line in section(files, self.setup.settings.device, has_sandbox=self.options.sandbox is not None):
            terminalreporter.write_line(line.text, **line.markup)

    def pytest_unconfigure(self) -> None:
        """Nothing stays behind, however the run ended."""
        self._close()

    def _write(self) -> None:
        if self.json is not None:
            self.json.write(self.tally, time.perf_counter() - self._begin)

    def _close(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.close()
