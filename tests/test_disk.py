"""Files and folders are written whole or not at all."""

import os

import pytest

from tfstyle import disk


def test_files_get_the_rights_that_the_user_gives_to_new_ones(tmp_path):
    before = os.umask(0o027)
    try:
        disk.write_bytes(tmp_path / "folder" / "file", b"")
        with disk.new_folder(tmp_path / "whole") as made:
            (made / "file").touch()
    finally:
        os.umask(before)
    rights = {
        p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "whole", tmp_path / "folder/file")
    }
    assert rights == {"whole": 0o750, "file": 0o640}


def test_a_folder_is_filled_with_all_or_nothing_and_keeps_other_files(tmp_path):
    home = tmp_path / "home"
    with disk.filled_folder(home) as made:
        (made / "a").write_text("1")
    (home / "other").write_text("x")
    with pytest.raises(ValueError), disk.filled_folder(home) as made:
        (made / "a").write_text("2")
        raise ValueError
    assert sorted(p.name for p in home.iterdir()) == ["a", "other"]
    assert (home / "a").read_text() == "1"
    with disk.filled_folder(home) as made:
        (made / "a").write_text("2")
    assert sorted(p.name for p in home.iterdir()) == ["a", "other"]
    assert (home / "a").read_text() == "2"
    with (
        pytest.raises(NotADirectoryError, match="Expected a folder"),
        disk.filled_folder(home / "a"),
    ):
        pass
