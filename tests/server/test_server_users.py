"""Users and their passwords on disk."""

import hashlib
import json
import stat
import sys
import unicodedata

import pytest
from helpers.signing import OLD, PASSWORD

from haven_fs.errors import UserError
from haven_fs.server.passwords import REALM, Password
from haven_fs.server.users import MOST_DEVICES, Users


@pytest.fixture
def users(tmp_path) -> Users:
    made = Users(tmp_path / "data" / "users.json")
    made.add("anna", PASSWORD)
    return made


def own(users: Users, name: str = "anna") -> Password:
    return next(one for one in users.of(name) if not one.device)


def test_chosen_passwords_are_checked_and_neither_they_nor_what_digest_needs_is_kept(users):
    assert users.names() == ["anna"]
    kept = own(users)
    assert kept.is_chosen(PASSWORD, PASSWORD) and not kept.is_chosen(PASSWORD + "x", PASSWORD + "x")
    assert kept.argon2.startswith("$argon2id$") and kept.ha1 == ()
    text = users.path.read_text()
    assert PASSWORD not in text and hashlib.md5(f"anna:{REALM}:{PASSWORD}".encode()).hexdigest() not in text
    if sys.platform != "win32":
        assert stat.S_IMODE(users.path.stat().st_mode) == 0o600


def test_what_digest_needs_is_kept_where_that_was_asked_for(users):
    assert users.without_digest() == ["anna"]
    users.add("anna", PASSWORD, digest=True)
    assert own(users).ha1 == (hashlib.md5(f"anna:{REALM}:{PASSWORD}".encode()).hexdigest(),)
    assert users.without_digest() == []


def test_each_spelling_that_clients_send_is_kept(users):
    name, password = unicodedata.normalize("NFD", "José"), "pässword"
    assert users.add(name, password, digest=True) == ("José", True)
    spellings = [("José", password, "utf-8"), ("José", password, "latin-1")]
    spellings.append((name, unicodedata.normalize("NFD", password), "utf-8"))
    wanted = {hashlib.md5(f"{n}:{REALM}:{p}".encode(code)).hexdigest() for n, p, code in spellings}
    assert set(own(users, "José").ha1) == wanted and len(wanted) == 3


def test_a_device_has_a_password_of_its_own_that_can_be_taken_back(users):
    password = users.add_device("anna", "Anna's laptop")
    assert len(password) == 24 and password not in users.path.read_text()
    kept = users.of("anna")[1]
    assert (
        kept.is_made("anna", password) and not kept.is_made("anna", password[:-1]) and not kept.is_made("bob", password)
    )
    with pytest.raises(UserError, match="already"):
        users.add_device("anna", "Anna's laptop")
    over_tls = users.add_device("anna", "phone", digest=False)
    assert users.of("anna")[2].is_made("anna", over_tls) and users.of("anna")[2].ha1 == ()
    users.remove_device("anna", "Anna's laptop")
    assert [one.device for one in users.of("anna")] == ["", "phone"]
    users.add("anna", "another password")
    assert [one.device for one in users.of("anna")] == ["", "phone"]
    for device in ("Anna's laptop", "", "nothing"):
        with pytest.raises(UserError):
            users.remove_device("anna", device)
    for name, device in (("bob", "phone"), ("anna", ""), ("anna", "a\nb"), ("anna", "x" * 65)):
        with pytest.raises(UserError):
            users.add_device(name, device)


def test_a_user_has_not_more_devices_than_anybody_has(users):
    table = json.loads(users.path.read_text())
    devices = [{"device": f"d{n}", "made": "2026-01-01T00:00:00Z", "ha1": ["0" * 32]} for n in range(MOST_DEVICES)]
    table["users"]["anna"]["passwords"] += devices
    users.path.write_text(json.dumps(table))
    with pytest.raises(UserError, match="not used"):
        users.add_device("anna", "one more")


def test_changes_by_another_process_are_seen(users):
    other = Users(users.path)
    other.add("anna", "another password")
    assert own(users).is_chosen("another password", "") and not own(users).is_chosen(PASSWORD, "")
    other.remove("anna")
    assert users.names() == []


def test_the_first_user_is_made_once_and_its_password_can_be_changed(tmp_path):
    users = Users(tmp_path / "users.json")
    name, password = users.create_first()
    assert own(users, name).is_made(name, password) and len(password) == 19 and users.without_digest() == []
    with pytest.raises(UserError, match="already"):
        users.create_first()
    assert Users(tmp_path / "other.json").create_first()[1] != password
    users.add(name, PASSWORD)
    assert len(users.of(name)) == 1 and not own(users, name).is_made(name, password)


@pytest.mark.parametrize("name", ["", "a:b", 'a"b', "a b", "a/b", "a\\b", "-a", "a\n", "x" * 65])
def test_names_that_cannot_be_are_refused(users, name):
    with pytest.raises(UserError):
        users.add(name, PASSWORD)


def test_short_passwords_and_unknown_names_are_refused(users):
    with pytest.raises(UserError, match="short"):
        users.add("bob", "short")
    with pytest.raises(UserError, match="no user"):
        users.remove("nobody")
    assert users.names() == ["anna"]


BROKEN = {
    "": "it is not JSON",
    "{": "it is not JSON",
    "\xff": "it is not JSON",
    "[" * 200_000: "it is not JSON",
    "[]": "it is not as Haven writes it",
    "{}": "it is not as Haven writes it",
    "null": "it is not as Haven writes it",
    '{"users": 3}': "it is not as Haven writes it",
    '{"users": {"anna": {}}}': "it is not as Haven writes it",
    '{"users": {"anna": {"passwords": 3}}}': "it is not as Haven writes it",
    '{"users": {"anna": {"passwords": [3]}}}': "it is not as Haven writes it",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:40])
def test_a_broken_file_is_never_taken_for_no_users(tmp_path, text):
    path = tmp_path / "users.json"
    path.write_text(text, encoding="latin-1")
    words = f"{path} cannot be read: {BROKEN[text]}. Repair it, or move it away and add the users again."
    for ask in (Users(path).names, Users(path).create_first):
        with pytest.raises(UserError) as told:
            ask()
        assert str(told.value) == words
    assert path.read_text(encoding="latin-1") == text


def test_a_file_that_the_disk_does_not_give_is_never_taken_for_no_users(tmp_path):
    (tmp_path / "users.json").mkdir()
    (tmp_path / "file").write_text("")
    for path, words in ((tmp_path / "users.json", "Is a directory"), (tmp_path / "file/users.json", "Not a directory")):
        with pytest.raises(UserError, match=f"cannot be read: {words}"):
            Users(path).names()


def test_a_list_that_is_lost_is_no_empty_one(users):
    assert Users(users.path.parent / "drive without users" / "users.json").names() == []
    users.path.unlink()
    for known in (users, Users(users.path)):
        with pytest.raises(UserError, match="has none now"):
            known.names()
    users.add("bob", PASSWORD)
    assert users.names() == ["bob"]
    users.remove("bob")
    assert users.names() == []


def test_files_of_older_versions_go_on_and_are_renewed(tmp_path):
    path = tmp_path / "users.json"
    path.write_text(json.dumps(OLD))
    users = Users(path)
    old = own(users)
    assert old.is_chosen(PASSWORD, PASSWORD) and not old.is_chosen("x", "x") and old.ha1
    users.add("bob", PASSWORD)
    assert own(users) == old  # still as it was, in the newer file
    users.renew("anna", old, PASSWORD)
    assert own(users).argon2 and not own(users).scrypt and own(users).ha1 == old.ha1
    assert own(users).is_chosen(PASSWORD, PASSWORD)
    users.remove("anna")
    users.renew("anna", old, PASSWORD)
    assert users.names() == ["bob"]
