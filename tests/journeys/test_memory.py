"""Guards remember: what many small requests do is counted together, by the real command line on real history."""

from __future__ import annotations

import datetime
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.command_line import reconciler
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTERS = "123456789"
HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
POLICY = "kind: policy\n"


def entry(people: str, project: str = "Harbor Bridge", role: str = "Project Manager") -> str:
    """Return an entry for people by the digit in their login."""
    return f"  - project: {project}\n    groups: {{{role}: [{', '.join(f'p{one}@acme.test' for one in people)}]}}\n"


def asked(people: str) -> dict[str, str]:
    """Return the documents that ask for people in one group."""
    return {"assignments/invoice.yaml": HEAD + entry(people)}


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """A group of nine, managed since a month, in a repository that keeps no journal."""
    seed = company_seed()
    seed["people"] = [{"id": one, "login": f"p{one}@acme.test", "name": f"P{one}"} for one in LETTERS]
    seed["presets"] = seed["presets"][:2]
    for preset in seed["presets"]:
        preset["groups"] = {"creator": [], "pm": list(LETTERS), "acc": ["3"], "super": ["8"]}
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        one.write({".gitignore": "*.json\n.reconciler/\n", **asked(LETTERS)})
        commit(one, 30)
        yield one


def commit(trial: Trial, days_ago: float, message: str = "change") -> str:
    """Commit everything at a day that is over."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days_ago)
    trial.commit(message)
    stamp = f"{int(moment.timestamp())} +0000"
    trial.git("commit", "--amend", "-q", "--no-edit", f"--date={stamp}", committed=stamp)
    return trial.git("rev-parse", "HEAD")


def request(trial: Trial, documents: dict[str, str], days_ago: float = 0) -> tuple[int, str]:
    """Make a request against what is committed, plan it, merge and apply it where it may be; give the plan's code."""
    base = trial.git("rev-parse", "HEAD")
    trial.write_only(documents)
    commit(trial, days_ago, "request")
    ran = trial.ran("plan", "--base", base, "--out", "plan.json")
    if ran.code:
        return ran.code, ran.shown
    applied = trial.ran("apply", "plan.json", "--since", base, "--journal", str(trial.folder / f".j{days_ago}"))
    return applied.code, ran.shown + applied.shown


def test_01_four_green_requests(trial: Trial) -> None:
    """Each takes two of nine, which is within the limit; the second is stopped, by plan and by apply alike."""
    assert request(trial, asked(LETTERS[2:]), 3)[0] == 0
    code, told = request(trial, asked(LETTERS[4:]), 2)
    assert code == 3, told
    assert "would lose 2 of 7 people, and lost 2 in the last 14 days" in told or "(p1@acme.test, p2@" in told
    plan = json.loads((trial.folder / "plan.json").read_text())
    assert [one["code"] for one in plan["diagnostics"] if one["severity"] == "error"] == ["policy/group-removals"]
    base = trial.git("rev-parse", "HEAD~1")
    told = trial.ends(3, "apply", "--yes", "--base", base, "--journal", ".none")
    assert "lost 2 in the last 14 days" in told
    assert len(trial.writes()) == 1


def test_02_days_that_are_over(trial: Trial) -> None:
    """What was applied more than 14 days ago counts no more."""
    assert request(trial, asked(LETTERS[2:]), 15)[0] == 0
    assert request(trial, asked(LETTERS[4:]), 1)[0] == 0
    assert trial.sandbox.groups("32", "1042")["pm"] == list(LETTERS[4:])


def test_03_people_who_came_back(trial: Trial) -> None:
    """Whoever is in the group again was not lost, and a swap to and fro does not add up."""
    assert request(trial, asked(LETTERS[2:]), 5)[0] == 0
    assert request(trial, asked(LETTERS), 4)[0] == 0
    assert request(trial, asked(LETTERS[:-2]), 3)[0] == 0


def test_04_a_journal_only_adds(trial: Trial) -> None:
    """People who went by hand-started runs count too, where the journal is at hand; a committed one is not believed."""
    trial.write_only(asked(LETTERS[2:]))
    trial.ends(0, "apply", "--yes", "--base", "HEAD")
    commit(trial, 0.1, "merged")
    trial.write_only(asked(LETTERS[4:]))
    commit(trial, 0.05, "request")
    (trial.folder / ".reconciler").rename(trial.folder / "elsewhere")
    base = trial.git("rev-parse", "HEAD~1")
    stopped = trial.ends(3, "plan", "--base", base)
    (trial.folder / "elsewhere").rename(trial.folder / ".reconciler")
    assert stopped.partition("digest")[0] == trial.ends(3, "plan", "--base", base).partition("digest")[0]


def test_05_a_journal_knows_what_no_commit_does(trial: Trial) -> None:
    """Somebody was put in by hand and taken out by a heal: the commits name them nowhere."""
    trial.sandbox.edit("32", "1042", pm=list(LETTERS[:7]))
    trial.write_only(asked(LETTERS[:5]))
    commit(trial, 20, "five")
    trial.ends(0, "apply", "--yes", "--base", "HEAD", "--only-drift")
    told = trial.ends(0, "plan", "--base", "HEAD")
    assert "nothing to change" in told
    trial.write_only(asked(LETTERS[:3]))
    told = trial.ends(3, "plan", "--base", "HEAD")
    assert "would lose 2 of 5 people, and lost 2 in the last 14 days" in told


@pytest.mark.parametrize("kept", [True, False])
def test_06_what_an_override_let_go(trial: Trial, kept: bool) -> None:  # noqa: FBT001 - a case
    """Removals of before that an override allowed do not count, also where it was taken away after its use."""
    override = "overrides: [{reason: handed over, address: projects/1042/*, allow_removals: 4, until: %s}]\n"
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=20)
    code, told = request(trial, {**asked(LETTERS[4:]), "policy.yaml": POLICY + override % until}, 3)
    assert code == 0, told
    if not kept:
        request(trial, {"policy.yaml": POLICY}, 2)
    code, told = request(trial, asked(LETTERS[5:]), 1)
    assert code == 0, told
    assert ("policy/override-used-before" in told) is kept


def test_07_an_override_that_runs_long(trial: Trial) -> None:
    """More than 90 days is a warning, whether it is used or not."""
    line = "overrides: [{reason: just in case, address: projects/1042/*, allow_removals: 4, until: 2099-12-31}]\n"
    trial.write_only({"policy.yaml": POLICY + line})
    told = trial.ends(0, "plan", "--base", "HEAD")
    assert "policy/override-too-long" in told


def test_08_a_role_unmanaged_and_managed_again(trial: Trial) -> None:
    """The request that manages it again is told of, and what went in between counts afterwards."""
    assert request(trial, {"assignments/invoice.yaml": HEAD + entry("3", role="Accounting")}, 6)[0] == 0
    code, told = request(trial, asked(LETTERS), 5)
    assert code == 0, told
    assert "policy/managed-again" in told


def test_09_the_first_removals_after_an_adoption(trial: Trial) -> None:
    """A first run only adds; the next one that removes is told of for as long as 14 days."""
    cedar = entry(LETTERS[1:], "Cedar Tower")
    base = trial.git("rev-parse", "HEAD")
    trial.write_only({"assignments/invoice.yaml": HEAD + entry(LETTERS) + cedar})
    commit(trial, 2, "adopt")
    trial.ends(3, "plan", "--base", base)
    trial.ends(0, "apply", "--yes", "--base", base, "--adds-only")
    told = trial.ends(0, "plan", "--base", "HEAD")
    assert "policy/lately-managed" in told
    assert "Invoice Approval · Cedar Tower · Project Manager" in told


def test_10_a_history_that_is_cut_off(trial: Trial, tmp_path: Path) -> None:
    """A shallow clone cannot tell: the plan says so, and what to fetch."""
    trial.write_only(asked(LETTERS[1:]))
    commit(trial, 3)
    trial.write_only(asked(LETTERS[2:]))
    commit(trial, 2)
    trial.write_only(asked(LETTERS[3:]))
    commit(trial, 1)
    trial.git("clone", "-q", "--depth", "2", f"file://{trial.folder}", str(tmp_path / "shallow"))
    told = reconciler(tmp_path / "shallow", "plan", "--base", "HEAD~1", environment=trial.sandbox.environment).shown
    assert "policy/no-memory" in told
    assert "git fetch --unshallow" in told


def test_11_a_commit_with_a_date_set_back(trial: Trial) -> None:
    """It does not make the removals before it old."""
    assert request(trial, asked(LETTERS[2:]), 3)[0] == 0
    (trial.folder / "readme.md").write_text("x\n")
    commit(trial, 40, "set back")
    assert request(trial, asked(LETTERS[4:]), 1)[0] == 3


def _later(*, days: int | None = None) -> dict[str, Any]:
    """Return a seed where a project made so many days ago has the name now; the old one is there, and inactive."""
    made = "2999-01-01T08:00:00Z"
    if days is not None:
        moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
        made = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    seed = company_seed()
    seed["projects"][1] |= {"name": "Harbor Bridge", "active": False}
    seed["projects"].append({**seed["projects"][1], "id": "1099", "active": True})
    preset = {**seed["presets"][1], "id": "39", "project_id": "1099", "created_at": made}
    seed["presets"] = [
        *seed["presets"],
        {**preset, "groups": {"creator": [], "pm": ["1", "2"], "acc": [], "super": []}},
    ]
    return seed


def test_12_a_name_that_changed_hands(tmp_path: Path) -> None:
    """Nobody loses a role in the project that has the name now; both ids are told, and by id it is another matter."""
    seed = _later()
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE})
        trial.commit()
        told = trial.ends(3, "plan", "--base", "HEAD", "--out", "plan.json")
        assert "policy/first-adoption" in told
        assert (
            "the name changed hands: project 'Harbor Bridge' is now project 1099, whose preset was made on 2999" in told
        )
        assert (
            "2 projects are called 'Harbor Bridge': 1099, which is active and taken here, and 1042, not active" in told
        )
        trial.ends(3, "apply", "--yes", "--base", "HEAD")
        trial.ends(0, "snapshot", "--out", "live.json")
        again = trial.ends(3, "plan", "--base", "HEAD", "--snapshot", "live.json")
        assert "live/name-changed-hands" in again
        trial.write({"assignments/invoice.yaml": INVOICE.replace("Harbor Bridge", '{id: "1099"}')})
        trial.commit()
        told = trial.ends(0, "plan", "--base", "HEAD")
        assert "name-changed-hands" not in told
        assert "shared-name" not in told
        assert trial.writes() == []


def test_12b_a_name_that_changed_hands_before_other_commits(tmp_path: Path) -> None:
    """What counts is when the file that names it was written, and not that somebody committed other words since."""
    seed = _later(days=10)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE})
        commit(trial, 20)
        trial.write_only({"README.md": "words\n"})
        commit(trial, 1)
        assert "live/name-changed-hands" in trial.ends(3, "plan", "--base", "HEAD")
        trial.write_only({"assignments/invoice.yaml": f"{INVOICE}# the new one is meant\n"})
        commit(trial, 0)
        assert "name-changed-hands" not in trial.run("plan", "--base", "HEAD")


def test_13_a_template_that_has_the_name_of_another(tmp_path: Path) -> None:
    """A template made since the base has the name: what it brings is managed for the first time."""
    seed = company_seed()
    template = seed["templates"][0]
    version = {**template["versions"][0], "id": "919"}
    made = {"id": "19", "created_at": "2999-01-01T08:00:00Z", "latest_published_version": {"id": "919", "version": 1}}
    seed["templates"].append({**template, **made, "versions": [version]})
    template["archived_at"] = "2999-01-01T08:00:00Z"
    for preset in seed["presets"][:2]:
        preset |= {"template_id": "19", "created_at": "2999-01-01T09:00:00Z"}
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        where = INVOICE.replace("project: Harbor Bridge", "where: {stage: Course of Construction}")
        trial.write({"assignments/invoice.yaml": where})
        trial.commit()
        told = trial.ends(3, "plan", "--base", "HEAD")
        assert "template 'Invoice Approval' is now template 19, which was made on 2999-01-01" in told
        assert "so 2 presets are managed for the first time" in told


@pytest.mark.parametrize("broken", ["reconciler.yaml", "assignments/other.yaml"])
def test_14_documents_of_then_that_cannot_be_read(trial: Trial, broken: str) -> None:
    """The plan says that it does not know all; it is no silent 'nobody went'."""
    whole = (trial.folder / broken).read_text() if broken == "reconciler.yaml" else "kind: teams\nteams: {}\n"
    trial.write_only({broken: "kind: [\n"})
    commit(trial, 20, "broken")
    trial.write_only({broken: whole})
    commit(trial, 10, "mended")
    trial.write_only(asked(LETTERS[1:]))
    told = trial.ends(0, "plan", "--base", "HEAD")
    assert "policy/no-memory" in told
    assert "can be read" in told


def test_15_a_group_that_was_adopted_lately(trial: Trial) -> None:
    """What it lost since it was first managed counts: no row of green requests takes more than the limit allows."""

    def accounting(people: str) -> dict[str, str]:
        return {"assignments/more.yaml": HEAD + entry(people, role="Accounting")}

    trial.sandbox.edit("32", "1042", **{**trial.sandbox.groups("32", "1042"), "acc": list(LETTERS)})
    trial.write_only(accounting(LETTERS))
    commit(trial, 5, "adopt")
    (trial.folder / "README.md").write_text("words\n")
    commit(trial, 4.5, "words")
    code, told = request(trial, accounting(LETTERS[2:]), 4)
    assert code == 0, told
    code, told = request(trial, accounting(LETTERS[4:]), 3)
    assert code == 3, told
    assert "lost 2 in the last 14 days" in told


OVERRIDE = "overrides: [{reason: handed over, address: '*', allow_removals: 100, until: %s}]\n"


def _day(days: float) -> datetime.date:
    """Return the day so many days from now."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).date()


def test_16_an_override_whose_last_day_is_over(trial: Trial) -> None:
    """It lifts nothing of the days before either, whether it stood there or came with a request."""
    trial.write_only({"policy.yaml": POLICY + OVERRIDE % "2020-01-01"})
    commit(trial, 25)
    assert request(trial, asked(LETTERS[2:]), 5)[0] == 0
    code, told = request(trial, asked(LETTERS[4:]), 4)
    assert code == 3, told
    assert "would lose 2 of 7 people, and lost 2 in the last 14 days" in told


def test_17_an_override_that_was_gone_before(trial: Trial) -> None:
    """One that was taken out before anybody went let nobody go, though it would still run today."""
    trial.write_only({"policy.yaml": POLICY + OVERRIDE % _day(30)})
    commit(trial, 25)
    assert request(trial, {"policy.yaml": POLICY}, 10)[0] == 0
    assert request(trial, asked(LETTERS[2:]), 5)[0] == 0
    assert request(trial, asked(LETTERS[4:]), 4)[0] == 3


def test_18_an_override_that_comes_too_late(trial: Trial) -> None:
    """One that a request brings after others went is no leave for those; one of its own plan lifts what it leaves."""
    assert request(trial, asked(LETTERS[2:]), 5)[0] == 0
    assert request(trial, {"policy.yaml": POLICY + OVERRIDE % _day(30)}, 4)[0] == 0
    assert request(trial, {"policy.yaml": POLICY}, 3)[0] == 0
    assert request(trial, asked(LETTERS[4:]), 2)[0] == 3


def test_19_without_a_base(trial: Trial) -> None:
    """A plan by hand remembers as well: a request that was refused and merged all the same is refused again."""
    assert request(trial, asked(LETTERS[2:]), 3)[0] == 0
    trial.write_only(asked(LETTERS[4:]))
    commit(trial, 1, "merged though refused")
    told = trial.ends(3, "plan", "--out", "plan.json")
    assert "would lose 2 of 7 people, and lost 2 in the last 14 days" in told
    digest = json.loads((trial.folder / "plan.json").read_text())["digest"]
    trial.ends(3, "apply", "--yes", "--approved", digest)
    assert len(trial.sandbox.groups("32", "1042")["pm"]) == 7


def test_20_last_days_that_are_over(trial: Trial) -> None:
    """Who went by their own last day counts like anybody else who went."""
    until = {1: 5, 2: 5, 3: 3, 4: 3}
    members = [f"{{person: p{one}@acme.test, until: {_day(-ago)}}}" for one, ago in until.items()]
    rest = [f"p{one}@acme.test" for one in LETTERS[4:]]
    text = f"{HEAD}  - project: Harbor Bridge\n    groups: {{Project Manager: [{', '.join([*members, *rest])}]}}\n"
    trial.write_only({"assignments/invoice.yaml": text})
    commit(trial, 20)
    trial.sandbox.edit("32", "1042", pm=list(LETTERS[4:]))
    code, told = request(trial, {"assignments/invoice.yaml": text.replace(", p8@acme.test, p9@acme.test", "")})
    assert code == 3, told
    assert "would lose 2 of 5 people, and lost 4 in the last 14 days" in told


def test_21_a_group_that_grew_before(tmp_path: Path) -> None:
    """Additions make up for nothing: four of nine are too many, also once ten others came."""
    everybody = [str(one) for one in range(1, 20)]
    seed = company_seed()
    seed["people"] = [{"id": one, "login": f"p{one}@acme.test", "name": f"P{one}"} for one in everybody]
    seed["presets"] = seed["presets"][:2]
    for preset in seed["presets"]:
        preset["groups"] = {"creator": [], "pm": everybody[:9], "acc": ["3"], "super": ["8"]}

    def ask(people: list[str]) -> dict[str, str]:
        named = ", ".join(f"p{one}@acme.test" for one in people)
        text = f"{HEAD}  - project: Harbor Bridge\n    groups: {{Project Manager: [{named}]}}\n"
        return {"assignments/invoice.yaml": text}

    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        one.write({".gitignore": "*.json\n.reconciler/\n", **ask(everybody[:9])})
        commit(one, 30)
        assert request(one, ask(everybody), 2)[0] == 0
        code, told = request(one, ask(everybody[4:]), 1)
        assert code == 3, told
        assert "would lose 4 of 19 people, of the 9 it had 14 days ago" in told
        assert request(one, ask([*everybody[:9], *everybody[13:]]), 0)[0] == 0, "those who came lately may go"


def test_22_a_commit_of_the_future(tmp_path: Path) -> None:
    """A date ahead of today does not make a new project an old one."""
    seed = _later(days=10)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE})
        commit(trial, 20)
        trial.write_only({"README.md": "words\n"})
        commit(trial, -40)
        assert "live/name-changed-hands" in trial.ends(3, "plan", "--base", "HEAD")


def test_23_a_name_in_a_submodule(tmp_path: Path) -> None:
    """Its own history says when the file was written, whatever the outer one commits since."""
    seed = _later(days=10)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        inner = Trial(tmp_path / "inner", sandbox)
        (inner.folder / "reconciler.yaml").unlink()
        commit(inner, 20)
        trial = Trial(tmp_path / "approvals", sandbox)
        shutil.rmtree(trial.folder / "assignments")
        trial.write_only({"README.md": "words\n"})
        trial.commit()
        trial.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder), "assignments")
        commit(trial, 19)
        trial.write_only({"README.md": "other words\n"})
        commit(trial, 1)
        assert "live/name-changed-hands" in trial.ends(3, "plan", "--base", "HEAD")


def test_24_settings_that_moved(trial: Trial) -> None:
    """Where the settings stood elsewhere some days ago, the plan says that it does not know whom groups lost."""
    assert request(trial, asked(LETTERS[2:]), 5)[0] == 0
    (trial.folder / "below").mkdir()
    trial.git("mv", "reconciler.yaml", "assignments", "below/")
    commit(trial, 4, "move")
    base = trial.git("rev-parse", "HEAD")
    trial.write_only({"below/assignments/invoice.yaml": asked(LETTERS[4:])["assignments/invoice.yaml"]})
    told = trial.run("plan", "--config", "below", "--base", base)
    assert "policy/no-memory" in told
    assert "the settings stood elsewhere at" in told
