import os
import signal
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from tfstyle import cli, examples, images, loading, model_facts


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """Processes that tests begin take Ctrl-C, which shells let their background jobs ignore."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def photograph():
    return examples.lake(96, 128)


@pytest.fixture(scope="session")
def painting():
    return examples.discs(110, 90)


@pytest.fixture(scope="session")
def stylizer():
    return loading.load("ghiasi")


@pytest.fixture(scope="session")
def lite():
    return loading.load_lite("ghiasi")


def exported(tmp_path_factory, *flags):
    folder = tmp_path_factory.mktemp("exported") / "ghiasi"
    assert cli.main(["export", "ghiasi", *flags, "-o", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def drop_in(tmp_path_factory):
    return exported(tmp_path_factory, "--drop-in")


@pytest.fixture(scope="session")
def saved_model(tmp_path_factory):
    return exported(tmp_path_factory, "--format", "saved_model")


@pytest.fixture(scope="session")
def shared():
    """A folder of data and teachers beside the checkout; what needs it skips without it."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "weights").is_dir():
        pytest.skip("needs the teacher's weights")
    return folder


@pytest.fixture
def two_models(monkeypatch):
    """A comparison is of these alone."""
    models = [model for model in model_facts.models() if model.name in ("cin", "pix2pix-facades")]
    monkeypatch.setattr(model_facts, "models", lambda: models)
    return [model.name for model in models]


@pytest.fixture
def pictures(tmp_path):
    """Folders of a few drawn photographs and paintings."""
    for name, draw in {"content": examples.lake, "style": examples.discs}.items():
        for index in range(3):
            path = tmp_path / name / f"{index}.png"
            images.write(draw(60 + 10 * index, 80), path)
    return tmp_path
