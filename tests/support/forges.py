"""Reads the formats for forges as their readers do: workflow commands, SARIF 2.1.0, JUnit."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

__all__ = ["Command", "check_sarif", "commands_of", "read_junit", "run_line"]


class Command(NamedTuple):
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    message: str


def run_line(line: str) -> Command | None:
    """Return the command that a line of a log starts, in the new form at its beginning or in the old one anywhere."""
    if line.lstrip().startswith("::"):
        about, _, message = line.lstrip()[2:].partition("::")
        name, _, listed = about.partition(" ")
        pairs = (one.split("=", 1) for one in listed.strip().split(",") if one)
        return Command(name, {key: _put_back(value) for key, value in pairs}, _put_back(message, ("\r", "\n")))
    old = re.search(r"##\[([^\]\s]+)[^\]]*\](.*)", line)
    return Command(old[1], {}, old[2]) if old else None


def commands_of(log: str) -> list[str]:
    """Return the lines of a log in which a runner of GitHub, GitLab or Azure finds a command of its own."""
    lines = re.split(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", log)
    found = [line for line in lines if run_line(line) or re.match(r"[\s\ufeff]*::", line)]
    found += [line for line in lines if re.search(r"##\w*\[", line)]
    return found + [one[0] for one in re.finditer(r"section_(?:start|end):.{0,30}", log)]


def _put_back(text: str, escaped: tuple[str, ...] = ("\r", "\n", ":", ",")) -> str:
    for letter in (*escaped, "%"):
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text


_KEYS = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "automationDetails", "columnKind", "results"},
    "driver": {"name", "version", "rules"},
    "rule": {"id", "shortDescription", "fullDescription", "help"},
    "result": {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"},
    "location": {"physicalLocation", "logicalLocations"},
    "physical": {"artifactLocation", "region"},
}


def check_sarif(log: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold a log against what the specification demands of the parts we use, and give its results.

    Code scanning demands a location with a file of each result besides.
    """
    _only("log", log, "version", "runs")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    _only("run", run, "tool", "results")
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert run["tool"].keys() == {"driver"}
    _only("driver", driver, "name", "version", "rules")
    for rule in driver["rules"]:
        _only("rule", rule, "id", "shortDescription", "fullDescription", "help")
        assert isinstance(rule["id"], str)
        for key in ("shortDescription", "fullDescription", "help"):
            _check_text(rule[key])
    fingerprints = set()
    for result in run["results"]:
        _only("result", result, "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints")
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        _check_text(result["message"])
        for location in result["locations"]:
            _check_location(location)
        assert len(result["locations"]) == 1
        (fingerprint,) = result["partialFingerprints"].values()
        fingerprints.add(fingerprint)
    assert len(fingerprints) == len(run["results"])
    results: list[dict[str, Any]] = run["results"]
    return results


def read_junit(text: str) -> list[ET.Element]:
    """Return the test cases of the one suite, whose counts are right."""
    (suite,) = ET.fromstring(text.encode())  # noqa: S314 - our own output
    cases = list(suite)
    assert {case.tag for case in cases} == {"testcase"}
    assert suite.get("name") == "reconciler"
    assert (suite.get("tests"), suite.get("errors"), suite.get("skipped")) == (str(len(cases)), "0", "0")
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    names = {(case.get("classname"), case.get("name")) for case in cases}
    assert len(names) == len(cases), "forges keep one test case of a name"
    return cases


def _only(name: str, value: dict[str, Any], *required: str) -> None:
    assert set(required) <= value.keys() <= _KEYS[name], name


def _check_text(message: dict[str, Any]) -> None:
    assert message.keys() == {"text"}
    assert isinstance(message["text"], str)
    assert message["text"], "a text is never empty"
    assert "](" not in message["text"], "a link of a plain text message"


def _check_location(location: dict[str, Any]) -> None:
    _only("location", location, "physicalLocation")
    physical = location["physicalLocation"]
    _only("physical", physical, "artifactLocation")
    assert physical["artifactLocation"].keys() == {"uri", "uriBaseId"}
    uri = physical["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})*", uri, re.ASCII), uri
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, uri[:1] == "/") == ("", "", False), uri
    if "region" in physical:
        region = physical["region"]
        assert region.keys() == {"startLine", "startColumn"}
        assert all(isinstance(one, int) and one >= 1 for one in region.values())
    for one in location.get("logicalLocations", ()):
        assert one.keys() == {"fullyQualifiedName"}
