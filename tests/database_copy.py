# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A copy of the database for tests that commit, and processes of their own that work on it.

What commits cannot be rolled back, and what is killed cannot clean up: neither belongs into the database of the
other tests.
"""

import contextlib
import json
import logging
import multiprocessing
import os
import tempfile
import traceback
from pathlib import Path

from odoo import api, sql_db
from odoo.api import SUPERUSER_ID
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import config

fork = multiprocessing.get_context("fork")

# How long one process is waited for (seconds): longer than those wait for each other.
PATIENCE = 900


class DatabaseCopyCase(BaseCase):
    """Tests on a copy of the database, made for the class and dropped after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = get_db_name()
        cls.database = f"{cls.source}_copy_{os.getpid()}"[-63:]
        cls._administer(
            f'DROP DATABASE IF EXISTS "{cls.database}" WITH (FORCE)',
            f'CREATE DATABASE "{cls.database}" TEMPLATE "{cls.source}"',
        )
        cls.addClassCleanup(cls._drop)
        # Loaded as a server does: with tests enabled it would run those of every module on the way.
        enabled = config["test_enable"]
        config["test_enable"] = False
        try:
            Registry(cls.database)
        finally:
            config["test_enable"] = enabled
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    @classmethod
    def _administer(cls, *statements):
        # PostgreSQL copies only a database that nobody is connected to.
        sql_db.close_db(cls.source)
        with contextlib.closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            for statement in statements:
                cr.execute(statement)

    @classmethod
    def _drop(cls):
        Registry.delete(cls.database)
        sql_db.close_db(cls.database)
        cls._administer(f'DROP DATABASE IF EXISTS "{cls.database}" WITH (FORCE)')

    @contextlib.contextmanager
    def environment(self, uid=SUPERUSER_ID):
        """An environment on the copy, committed at the end."""
        with Registry(self.database).cursor() as cr:
            yield api.Environment(cr, uid, {})

    def start(self, function, *args, uid=SUPERUSER_ID):
        """Call ``function(env, *args)`` in a process of its own, as a request of the web client would be served.

        :return: a :class:`Worker`
        """
        # A connection belongs to one process.
        sql_db.close_db(self.database)
        worker = Worker(self, function, args, uid)
        self.addCleanup(worker.kill)
        worker.process.start()
        return worker


class Worker:
    """A process that calls a function once, and what came of it.

    :ivar process: the ``multiprocessing`` process
    """

    def __init__(self, case, function, args, uid):
        handle, name = tempfile.mkstemp(dir=case.folder)
        os.close(handle)
        self._answer = Path(name)
        self.process = fork.Process(
            target=_serve, args=(case.database, function, args, uid, self._answer), daemon=True
        )

    def result(self):
        """Wait for its end.

        :return: a dict: ``value`` that the function returned, or ``error`` with its traceback, and ``log``, what it
            logged as an error; ``None`` when it was killed
        """
        self.process.join(PATIENCE)
        text = self._answer.read_text(encoding="utf-8")
        return json.loads(text) if text else None

    def kill(self):
        """End it as a machine that loses power would."""
        self.process.kill()
        self.process.join()


class _Errors(logging.Handler):
    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def _serve(database, function, args, uid, answer):
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    result = {"log": errors.messages}
    try:
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, uid, {})
            result["value"] = retrying(lambda: function(env, *args), env)
    except Exception:  # pylint: disable=broad-exception-caught # the test tells what it is
        result["error"] = traceback.format_exc()
    answer.write_text(json.dumps(result))
