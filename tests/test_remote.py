"""Releases from hubs, addresses, archives and folders, and to a hub."""

import io
import json
import pickle
import shutil
import socket
import sys
import tarfile
import time
import zipfile

import numpy as np
import pytest
import stand_ins

import tfstyle
from tfstyle import cli, examples, images, loading, publication, registry, remote

NAME = "cyclegan-sunny2rainy"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A release whose card says hashes."""
    folder = tmp_path_factory.mktemp("release")
    publication.prepare(registry.RELEASED / NAME, folder, "hf://owner/name")
    return folder


@pytest.fixture(scope="module")
def archives(tmp_path_factory, release):
    """The same as archives, in a folder or not; and another model's file in none."""
    folder = tmp_path_factory.mktemp("archives")
    for name, prefix in {"flat.zip": "", "nested.zip": "model/"}.items():
        with zipfile.ZipFile(folder / name, "w") as archive:
            for path in release.iterdir():
                archive.write(path, prefix + path.name)
    with tarfile.open(folder / "release.tar.gz", "w:gz") as archive:
        archive.add(release, "release")
    return folder


def lite(source):
    """Paints with a release's TFLite file, which needs no TensorFlow to be loaded."""
    folder = remote.fetch(source)
    return loading.load_lite(remote.model_name(folder), folder=folder)


@pytest.fixture(scope="module")
def expected():
    return loading.load_lite(NAME).stylize(examples.lake(40, 52))


@pytest.mark.slow
def test_a_release_is_loaded_by_the_public_verb(archives, expected):
    stylizer = tfstyle.load(str(archives / "nested.zip"))
    assert stylizer.networks
    assert np.abs(stylizer.stylize(examples.lake(40, 52)) - expected).mean() < 0.02


@pytest.mark.parametrize("kind", ["flat.zip", "nested.zip", "release.tar.gz"])
def test_an_archive_is_a_release(archives, kind, expected):
    assert remote.is_release(archives / kind)
    np.testing.assert_array_equal(lite(archives / kind).stylize(examples.lake(40, 52)), expected)


def test_a_folder_is_a_release(release, expected):
    assert remote.is_release(release)
    np.testing.assert_array_equal(lite(release).stylize(examples.lake(40, 52)), expected)


def test_files_alone_for_phones_run_on_litert(release, tmp_path):
    folder = tmp_path / "phone"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("*.keras"))
    assert not tfstyle.load(str(folder)).networks


def test_names_of_releases_are_no_addresses(release, tmp_path):
    assert not remote.is_release("ghiasi") and not remote.is_release("magenta")
    assert not remote.is_release(tmp_path) and not remote.is_release(release / "generator.keras")


@pytest.fixture
def host(archives):
    files = {"files": {f"/{path.name}": path.read_bytes() for path in archives.iterdir()}}
    with stand_ins.serving(stand_ins.Host, **files, asked=[]) as address:
        yield address


def test_an_address_is_downloaded_once(archives, expected):
    asked, files = [], {"/flat.zip": (archives / "flat.zip").read_bytes()}
    with stand_ins.serving(stand_ins.Host, files=files, asked=asked) as address:
        sha256 = remote.sha256(archives / "flat.zip")
        for source in (f"{address}/flat.zip", f"{address}/flat.zip#sha256={sha256}"):
            np.testing.assert_array_equal(lite(source).stylize(examples.lake(40, 52)), expected)
    assert asked == [("/flat.zip", None, None)]  # and the process's timeout stays unset


def test_a_download_that_was_cut_off_goes_on(archives, cache):
    asked, files = [], {"/flat.zip": (archives / "flat.zip").read_bytes()}
    with stand_ins.serving(stand_ins.Host, files=files, asked=asked, cut=100_000) as address:
        with pytest.raises(OSError, match=r"ended after 100000 of \d+ bytes"):
            remote.fetch(f"{address}/flat.zip")
        assert (remote.fetch(f"{address}/flat.zip") / "card.json").is_file()
    assert [range for _, range, _ in asked] == [None, "bytes=100000-"]
    assert not list(cache.glob("*.part"))


def test_what_is_left_of_another_download_is_begun_again(archives, cache):
    files = {"/flat.zip": (archives / "flat.zip").read_bytes()}
    with stand_ins.serving(stand_ins.Host, files=files, asked=[]) as address:
        target = remote.download_archive(f"{address}/flat.zip")
        target.rename(f"{target}.part")
        assert remote.download_archive(f"{address}/flat.zip").read_bytes() == files["/flat.zip"]


def test_another_hash_is_refused_and_not_kept(host, cache):
    with pytest.raises(OSError, match="Expected an archive of hash 00"):
        remote.fetch(f"{host}/flat.zip#sha256={'00' * 32}")
    assert not list(cache.iterdir())


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_FILES"])
def test_more_than_a_release_is_refused(host, monkeypatch, limit):
    monkeypatch.setattr(remote, limit, 1)
    with pytest.raises(OSError, match="Expected at most"):
        remote.fetch(f"{host}/flat.zip")


def test_a_silent_server_is_given_up(monkeypatch):
    monkeypatch.setattr(remote, "TIMEOUT", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(OSError, match=r"without a network.*timed out"),
    ):
        remote.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/a.zip")
    assert socket.getdefaulttimeout() is None


def test_other_machines_are_asked_in_private_alone():
    with pytest.raises(ValueError, match="Expected an https:// address"):
        remote.fetch("http://example.org/model.zip")


@pytest.mark.parametrize("source", ["https://example.org/a.zip", "hf://owner/name"])
def test_without_a_network_a_sentence_says_what_to_give(source, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    start = time.perf_counter()
    with pytest.raises(OSError, match="without a network, give its folder or archive") as caught:
        tfstyle.load(source)
    assert len(str(caught.value).splitlines()) == 1 and time.perf_counter() - start < 30


def changed(release, folder, edit):
    """A copy of a release in which something is different, as a zip."""
    shutil.copytree(release, folder)
    edit(folder)
    return shutil.make_archive(str(folder), "zip", folder)


def without_hashes(folder):
    card = json.loads((folder / "card.json").read_text())
    del card["sha256"]
    (folder / "card.json").write_text(json.dumps(card))


def of_one_size(folder):
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"precision": "int8", "size": [64, 64]}))


CHANGES = {
    "one size": (of_one_size, "of any size"),
    "another file": (lambda f: (f / "generator.tflite").write_bytes(b"other"), "with the hash"),
    "no file": (lambda f: [p.unlink() for p in f.glob("generator.*")], "Expected a release of"),
    "no card": (lambda f: (f / "card.json").unlink(), "with a card.json"),
    "no release": (lambda f: (f / "card.json").write_text('{"name": "none"}'), "release's card"),
    "no JSON": (lambda f: (f / "card.json").write_text("{"), "release's card"),
    "a list": (lambda f: (f / "card.json").write_text("[]"), "release's card"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_whole_release_is_refused(release, tmp_path, change):
    edit, words = CHANGES[change]
    source = changed(release, tmp_path / "changed", edit)
    with pytest.raises((OSError, ValueError), match=words):
        remote.fetch(source)


def test_what_is_downloaded_has_to_say_its_hashes(release, tmp_path):
    source = changed(release, tmp_path / "changed", without_hashes)
    assert remote.fetch(source)  # of one's own disk
    with (
        stand_ins.serving(
            stand_ins.Host, files={"/a.zip": open(source, "rb").read()}, asked=[]
        ) as address,
        pytest.raises(OSError, match="with the hash that its card says"),
    ):
        remote.fetch(f"{address}/a.zip")


@pytest.mark.parametrize("name", ["broken.zip", "broken.tar.gz"])
def test_a_broken_archive_is_said(archives, tmp_path, name):
    whole = (archives / {"broken.zip": "flat.zip"}.get(name, "release.tar.gz")).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OSError, match="Expected a whole archive"):
        remote.fetch(tmp_path / name)


def test_an_archive_brings_no_programs_and_writes_nothing_outside(release, tmp_path, cache):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in release.iterdir():
            archive.write(file, file.name)
        archive.writestr("../escaped.json", "{}")
        archive.writestr("setup.py", "raise SystemExit")
        archive.writestr("weights.pkl", pickle.dumps(print))
    folder = remote.fetch(path)
    assert {path.suffix for path in folder.iterdir()} == {".json", ".keras", ".tflite"}
    assert not list(tmp_path.rglob("escaped.json"))


def test_a_link_in_an_archive_is_left_out(release, tmp_path):
    path = tmp_path / "linked.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(release / "card.json", "card.json")
        link = tarfile.TarInfo("generator.tflite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(OSError, match="Expected a release of cyclegan"):
        remote.fetch(path)


def test_a_module_in_a_tar_is_still_a_module(tmp_path):
    with tarfile.open(tmp_path / "module.tar", "w") as archive:
        info = tarfile.TarInfo("saved_model.pb")
        archive.addfile(info, io.BytesIO(b""))
    assert not remote.is_release(tmp_path / "module.tar")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Starts a hub of these files."""
    constants = pytest.importorskip("huggingface_hub.constants", reason="needs huggingface_hub")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)

    def start(files, asked, repositories):
        return stand_ins.serving(stand_ins.Hub, files=files, asked=asked, made=repositories)

    return start


def test_a_hubs_repository_is_downloaded_once(hub, release, monkeypatch, expected):
    files = {path.name: path.read_bytes() for path in release.iterdir()} | {"setup.py": b"1 / 0"}
    asked = []
    with hub(files, asked, []) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        pastiche = lite("hf://owner/name").stylize(examples.lake(40, 52))
        np.testing.assert_array_equal(pastiche, expected)
        bodies = len([path for path, _, _ in asked if "tflite" in path])
        lite("hf://owner/name")
        assert len([path for path, _, _ in asked if "tflite" in path]) <= bodies + 2
        folder = remote.fetch("hf://owner/name@main")
    assert not any("setup.py" in path for path, _, _ in asked)
    assert {timeout for _, _, timeout in asked} == {None}
    assert not (folder / "setup.py").exists()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # offline, from the cache
    assert remote.model_name(remote.fetch("hf://owner/name")) == NAME


def test_a_hubs_repository_larger_than_a_release_is_not_downloaded(hub, release, monkeypatch):
    files, asked = {path.name: path.read_bytes() for path in release.iterdir()}, []
    monkeypatch.setattr(remote, "MAX_BYTES", 1000)
    with hub(files, asked, []) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(OSError, match="Expected at most"):
            remote.fetch("hf://owner/name")


@pytest.mark.parametrize(
    "source", ["hf://name", "hf://a/b/c", "kaggle://a/b", "kaggle://../../x/y"]
)
def test_what_is_no_address_is_refused(source):
    with pytest.raises(ValueError, match=r"Expected (hf|kaggle)://"):
        remote.fetch(source)


def test_a_release_of_kaggles_cache_is_loaded(release, tmp_path, monkeypatch, expected):
    pytest.importorskip("kagglehub", reason="needs kagglehub")
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kaggle"))
    folder = tmp_path / "kaggle/models/owner/model/keras/default/1"
    shutil.copytree(release, folder)
    (folder.parent / "1.complete").touch()
    pastiche = lite("kaggle://owner/model/keras/default/1").stylize(examples.lake(40, 52))
    np.testing.assert_array_equal(pastiche, expected)


@pytest.mark.parametrize(
    ("package", "source", "extra"),
    [
        ("huggingface_hub", "hf://owner/name", "hf"),
        ("kagglehub", "kaggle://owner/model/keras/default/1", "kaggle"),
    ],
)
def test_what_is_not_installed_is_named(package, source, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OSError, match=rf"pip install 'tfstyle\[{extra}\]'"):
        remote.fetch(source)


def test_a_release_is_sent_and_comes_back(hub, monkeypatch, capsys, expected):
    files, repositories = {}, []
    with hub(files, [], repositories) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_TOKEN", "hf_none")
        assert cli.main(["upload", str(registry.RELEASED / NAME), "hf://owner/name"]) == 0
        assert "/commit/" in capsys.readouterr().out
        assert {"card.json", "README.md", "generator.keras", "generator.tflite"} <= files.keys()
        assert repositories[0]["name"] == "name"
        pastiche = lite("hf://owner/name").stylize(examples.lake(40, 52))
    np.testing.assert_array_equal(pastiche, expected)


@pytest.mark.parametrize("name", registry.exported())
def test_a_page_says_what_a_card_says(name, tmp_path):
    out = tmp_path / "page"
    command = ["upload", str(registry.RELEASED / name), "hf://owner/name", "--dry-run", str(out)]
    assert cli.main(command) == 0
    page = (out / "README.md").read_text()
    assert page.startswith("---\nlibrary_name: tfstyle\n") and f"\n# {name}\n" in page
    assert 'tfstyle.load("hf://owner/name")' in page
    card = json.loads((registry.RELEASED / name / "card.json").read_text())
    for key in card.keys() - {"operations", "sha256"}:
        assert f"| {key} |" in page
    assert all(name in page and mark in page for name, mark in card.get("sha256", {}).items())
    remote.check(out, out, downloaded=True)


@pytest.mark.parametrize(
    ("folder", "address", "words"),
    [("nowhere", "hf://owner/name", "tfstyle release"), (NAME, "owner/name", "hf://owner/name")],
)
def test_what_cannot_be_sent_is_refused(folder, address, words, capsys):
    assert cli.main(["upload", str(registry.RELEASED / folder), address]) == 2
    assert words in capsys.readouterr().err


def test_the_command_paints_with_a_release(archives, tmp_path, photograph):
    images.write(photograph, tmp_path / "photo.png")
    command = "stylize", tmp_path / "photo.png", "-o", tmp_path / "out.png", "--method", "cyclegan"
    assert cli.main([*map(str, command), "--model", str(archives / "flat.zip")]) == 0
    assert images.read(tmp_path / "out.png").shape == photograph.shape
