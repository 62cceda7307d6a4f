# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs inside Odoo's Python, once per demo: the companies and people that a new database lacks.

What a customer of this add-on has long before installing it, so there is nothing of the add-on here.
Writes the companies' ids and the API keys of the two people into a file.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

from world import ACCOUNTANT, COMPANIES, HOUSEHOLD, HOUSEHOLD_EMAIL

from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.modules import initialize_sys_path
from odoo.modules.registry import Registry
from odoo.tools import config

# The longest that Odoo lets an ordinary user's key live.
KEY_LIFE = timedelta(days=90)


def main(configuration: str, database: str, answer: str) -> None:
    """Make the companies and users in ``database``; write what there is to know into ``answer``."""
    config.parse_config(
        ["--config", configuration, "-d", database, "--log-level=warn"], setup_logging=True
    )
    initialize_sys_path()
    with Registry(database).cursor() as cr:
        # The charts of accounts are installed already. Without this, a new company installs all
        # that Odoo has for its country, such as its electronic invoices.
        env = api.Environment(cr, SUPERUSER_ID, {"install_mode": True})
        companies = _companies(env)
        users = _users(env, companies)
        env["res.partner"].create([{"name": name, "email": HOUSEHOLD_EMAIL} for name in HOUSEHOLD])
        until = fields.Datetime.now() + KEY_LIFE
        keys = {
            user.login: env(user=user)["res.users.apikeys"]._generate(None, "make demo", until)
            for user in users
        }
        ids = {company.name: company.id for company in companies}
        cr.commit()
    # The folder is the user's own cache; the keys open a database that lies beside them.
    Path(answer).write_text(json.dumps({"keys": keys, "companies": ids}), encoding="utf-8")


def _companies(env: api.Environment) -> models.Model:
    """The companies, the first of which is the one a new database has."""
    companies = env["res.company"]
    for plan in COMPANIES:
        country = env["res.country"].search([("code", "=", plan.country)])
        currency = env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", plan.currency)])
        currency.active = True
        values = {
            "name": plan.name,
            "country_id": country.id,
            "currency_id": currency.id,
            "city": plan.city,
        }
        company = env["res.company"] if companies else env.ref("base.main_company")
        if company:
            company.write(values)
        else:
            company = company.create(values)
        company.partner_id.lang = plan.language
        companies |= company
        env["account.chart.template"].try_loading(plan.chart, company, install_demo=False)
    return companies


def _users(env: api.Environment, companies: models.Model) -> models.Model:
    """An administrator who configures, and an accountant who invoices."""
    administrator = env.ref("base.user_admin")
    administrator.write(
        {
            "company_ids": [Command.set(companies.ids)],
            "company_id": companies[0].id,
            "group_ids": [Command.link(env.ref("account.group_account_manager").id)],
            "tz": "Europe/Zurich",
        }
    )
    groups = env.ref("base.group_user") | env.ref("account.group_account_invoice")
    accountant = env["res.users"].create(
        {
            "name": "Camille Rochat",
            "login": ACCOUNTANT,
            "password": ACCOUNTANT,
            "email": "camille.rochat@atelier.example",
            "lang": "fr_CH",
            "tz": "Europe/Zurich",
            "company_ids": [Command.set(companies.ids)],
            "company_id": companies[0].id,
            "group_ids": [Command.set(groups.ids)],
        }
    )

    return administrator | accountant


if __name__ == "__main__":
    main(*sys.argv[1:])
