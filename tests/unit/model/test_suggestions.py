"""Hints at what, and at whom, somebody probably meant."""

from __future__ import annotations

import time

import pytest

from reconciler.model.live import Person
from reconciler.model.suggestions import did_you_mean, did_you_mean_person

ANN = Person("1", "ann.lee@acme.test", "Ann Lee")
TOM = Person("2", "tom.white@acme.test", "Tom White")
KIM = Person("3", "kim@acme.test")
IS_ANN = "; did you mean ann.lee@acme.test (Ann Lee)?"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("an.lee@acme.test", IS_ANN),
        ("Ann.Leee@ACME.test", IS_ANN),
        ("nan.lee@acme.test", IS_ANN),
        ("ann.lee@acme.tset", IS_ANN),
        ("ann.lee", IS_ANN),
        ("kin@acme.test", "; did you mean kim@acme.test?"),
        # the name is alike, and it is another human being
        ("pat.white@acme.test", ""),
        ("ann.leroy@acme.test", ""),
        ("bob@acme.test", ""),
        ("jin@acme.test", ""),
        # one half differs, or the other, and not both
        ("an.lee@acme.tst", ""),
        ("ann.lee@other.example", ""),
        ("x" * 300, ""),
    ],
)
def test_a_person_is_close_or_not_named(wrong: str, hint: str) -> None:
    """At most two edits in one half of the login, with the name; of short logins one."""
    assert did_you_mean_person(wrong, [ANN, TOM, KIM, Person("4")]) == hint


def test_two_people_who_are_equally_close_are_not_named() -> None:
    """Nobody knows which one was meant."""
    dan = Person("5", "dan.lee@acme.test", "Dan Lee")
    assert did_you_mean_person("an.lee@acme.test", [ANN, dan]) == ""
    assert did_you_mean_person("ann.le@acme.test", [ANN, dan]) == IS_ANN


def test_letters_of_another_script_in_a_login_are_named() -> None:
    """However many there are: they look the same."""
    wrong = "\u0430nn.l\u0435\u0435@\u0430cme.test"
    assert did_you_mean_person(wrong, [ANN, TOM]) == (
        "; it has U+0430 (Cyrillic small letter a) where Procore has 'a' and has U+0435 (Cyrillic small letter ie) "
        "where Procore has 'e': write ann.lee@acme.test (Ann Lee)"
    )


def test_an_apostrophe_from_a_text_program() -> None:
    """It looks like the one of the login."""
    neil = Person("6", "o'neil@acme.test", "Pat O'Neil")
    assert did_you_mean_person("o\u2019neil@acme.test", [neil]) == (
        "; it has U+2019 (right single quotation mark) where Procore has U+0027 (apostrophe): write o'neil@acme.test "
        "(Pat O'Neil)"
    )


def test_a_large_company_costs_little_time() -> None:
    """Most people are told apart without counting edits."""
    people = [Person(str(one), f"person.number{one}@acme.test") for one in range(20_000)]
    started = time.process_time()
    for one in range(5):
        did_you_mean_person(f"somebody.new{one}@acme.test", people)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (
            "H\u0430rbor Bridge",
            "; it has U+0430 (Cyrillic small letter a) where Procore has 'a': write 'Harbor Bridge'",
        ),
        ("Harbor\u2009Bridge", "; it has U+2009 (thin space) where Procore has a space: write 'Harbor Bridge'"),
        ("Mill Creek", "; it lacks U+200B (zero width space), which Procore has: copy it from Procore"),
        ("Habor Bridge", "; did you mean 'Harbor Bridge'?"),
        ("Zzz", ""),
    ],
)
def test_names_that_look_alike(wrong: str, hint: str) -> None:
    """The difference that nobody sees is named, and comes before a mere likeness."""
    assert did_you_mean(wrong, ["Harbor Bridge", "Mill\u200b Creek"], "Procore") == hint


def test_without_an_owner_the_known_text_is_named() -> None:
    """As for the keys of a document."""
    assert did_you_mean("gr\u043eups", ["groups"]) == (
        "; it has U+043E (Cyrillic small letter o) where 'groups' has 'o': write 'groups'"
    )
