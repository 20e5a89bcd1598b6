"""Which texts can be logins, and what is said of those that cannot."""

from __future__ import annotations

import pytest

from reconciler.model.login_form import login_fault


@pytest.mark.parametrize(
    "login",
    [
        "ann@acme.test", "x@y", "o'neil@acme.test", "'t.hart@acme.test", "ann+procore@acme.test", "Ann_Lee-2@acme.test",
        "a.b.c!#$%&*/=?^`{|}~@acme.test", "jos\u00e9@acme.test", "ann@b\u00fccher.example", "ann@xn--bcher-kva.example",
        "\u6d4b\u8bd5@\u6d4b\u8bd5.example", '"ann"@acme.test', "ann@[192.0.2.1]", "ann@acme_intern",
        "o\u2019neil@acme.test", "ann:x@acme.test", "1@2",
    ],
)  # fmt: skip
def test_unusual_logins_are_accepted(login: str) -> None:
    """Only a text that no account can have is refused."""
    assert login_fault(login) is None


WRITE, WHOLE = "write ann@acme.test", "write the whole e-mail address"


@pytest.mark.parametrize(
    ("text", "wrong", "remedy"),
    [
        ("\u201cann@acme.test\u201d", "has U+201C (left double quotation mark) in it", WRITE),
        ("\u2018ann@acme.test\u2019", "has U+2018 (left single quotation mark) at its beginning", WRITE),
        ("ann@acme.test\u2019", "has U+2019 (right single quotation mark) at its end", WRITE),
        ("\u00abann@acme.test\u00bb", "has U+00AB (left-pointing double angle quotation mark) in it", WRITE),
        ("'ann@acme.test'", "has U+0027 (apostrophe) behind the @", WRITE),
        ('"ann@acme.test"', "has '\"' at its beginning", WRITE),
        ("ann@acme.test,", "has ',' in it", WRITE),
        ("ann@acme.test;", "has ';' in it", WRITE),
        ("ann@acme.test.", "has '.' at its end", WRITE),
        ("ann@acme.test:", "has ':' at its end", WRITE),
        ("ann@acme..test", "has a dot too many behind the @", WHOLE),
        ("ann @acme.test", "has a blank in it", WHOLE),
        ("ann lee@acme.test", "has a blank in it", WHOLE),
        ("ann@acme.test\u00a0", "has U+00A0 (no-break space) in it", WRITE),
        (" ann@acme.test ", "has a blank in it", WRITE),
        ("ann@acme\u200b.test", "has U+200B (zero width space), which nobody sees", WRITE),
        ("<Ann Lee> ann@acme.test", "has a blank in it", WRITE),
        ("Ann Lee <ann@acme.test>", "has a blank in it", WRITE),
        ("<ann@acme.test>", "has '<' in it", WRITE),
        ("ann@acme.test (Ann Lee)", "has a blank in it", WRITE),
        ("ann,lee@acme.test", "has ',' in it", WHOLE),
        ("ann;lee@acme.test", "has ';' in it", WHOLE),
        ("ann<lee@acme.test", "has '<' in it", WHOLE),
        ("(ann)lee@acme.test", "has '(' in it", WHOLE),
        ("mailto:ann@acme.test", "begins with mailto:", WRITE),
        ("ann@acme.test/x", "has '/' behind the @", WHOLE),
        ("ann@acme.test, bo@acme.test", "has more than one @", "write each address as a line of its own"),
        ("ann@acme@test", "has more than one @", WHOLE),
        ("Ann Lee", "has no @", f"{WHOLE}, such as ann.lee@acme.test"),
        ("@acme.test", "lacks the part before the @", WHOLE),
        ("ann@", "lacks the part behind the @", WHOLE),
        ("", "has no @", WHOLE),
    ],
)
def test_what_cannot_be_a_login(text: str, wrong: str, remedy: str) -> None:
    """The message shows the text, says what is wrong, and what to write; a part of an address is never proposed."""
    fault = login_fault(text)
    assert fault is not None
    assert fault.startswith(f"'{text}' cannot be a login, because it {wrong}: {remedy}")


def test_where_a_team_may_be_named() -> None:
    """The remedy says how a team is written; elsewhere it does not offer one."""
    assert str(login_fault("Team: ap-west", teams=True)).endswith(": write team:ap-west, if a team is meant")
    assert str(login_fault("ap-west", teams=True)).endswith(", or team:NAME for a team")
    assert "team" not in str(login_fault("ap-west"))


def test_a_very_long_text_is_cut() -> None:
    """A message stays a line."""
    assert len(str(login_fault("x" * 5000))) < 250
