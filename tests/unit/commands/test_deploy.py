"""What docs/deploy offers is checked as far as this machine can."""

from __future__ import annotations

from tools import check_deploy


def test_the_examples_have_no_findings() -> None:
    assert check_deploy.findings() == []


def test_a_container_that_runs_as_root_is_found() -> None:
    text = "FROM python:3.11-slim\nCOPY nowhere /x\nCMD serve\n"
    found = list(check_deploy.containerfile(text))
    assert any("root" in line for line in found)
    assert any("nowhere" in line for line in found)


def test_a_unit_with_a_slip_is_found() -> None:
    text = (check_deploy.DEPLOY / "provenance-graph.service").read_text()
    found = list(check_deploy.unit(text.replace("/opt/", "/otp/")))
    assert any("ExecStart" in line for line in found)
