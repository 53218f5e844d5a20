"""Editions as a run issues them: real pages of one branch, the second a correction of the first, in both languages."""

from __future__ import annotations

import pytest
import yaml

from reportgen import pipeline
from tests.delivery_case import NAMES, MailingBank
from tests.run_case import context, write_rows
from tests.unit.delivery.message.mailed_case import LONG, Mailed


@pytest.fixture(scope="session")
def mailed(tmp_path_factory: pytest.TempPathFactory) -> Mailed:
    root = tmp_path_factory.mktemp("mailed") / "project"
    root.mkdir()
    bank = MailingBank(root)
    bank.job(locales=["zh-CN", "en"], delivery={"send": False})
    units = {code: {"zh-CN": zh, "en": en} for code, (zh, en) in NAMES.items()} | {"B2": LONG}
    (root / "config/units.yaml").write_text(yaml.safe_dump({"branch": units}, allow_unicode=True), "utf-8")
    for more, restate in ((0, ""), (90_000, "B2 sent its list again, 45 万元 more")):
        write_rows(root, "closing", "2011-05-31", more=more)
        made = context(root)
        pipeline.run_job(made.job, made, scopes=["branch:B2"], restate=restate)
    return Mailed.of(bank.output, root)
