"""What starts the workers of a training on Slurm and on Kubernetes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
TOLD = '#!/bin/sh\necho "$TF_CONFIG"\necho "$@"\n'


@pytest.fixture
def programs(tmp_path):
    """A folder of programs, of which `tfstyle` prints what it was told."""

    def add(name, script):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)

    add("tfstyle", TOLD)
    add.path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    return add


def run(command, environment):
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    config, *words = done.stdout.splitlines()
    return json.loads(config), words


def test_slurm_tells_every_task_of_all_and_of_itself(programs):
    programs("scontrol", '#!/bin/sh\ntest "$*" = "show hostnames n[1-2]" && printf "n1\\nn2\\n"\n')
    programs("srun", '#!/bin/sh\nshift\nSLURM_PROCID=1 exec "$@"\n')
    command = ["bash", str(EXAMPLES / "slurm.sh"), "train", "cyclegan", "--a", "my sun"]
    config, words = run(command, programs.path | {"SLURM_JOB_NODELIST": "n[1-2]"})
    assert config == {
        "cluster": {"worker": ["n1:12345", "n2:12345"]},
        "task": {"type": "worker", "index": 1},
    }
    assert words == ["train cyclegan --a my sun"]


def test_kubernetes_tells_every_pod_of_all_and_of_itself(programs):
    yaml = pytest.importorskip("yaml")
    service, job = yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    (named,) = container["env"]
    environment = {named["name"]: named["value"], "JOB_COMPLETION_INDEX": "3"}
    command = [*container["command"], *container["args"]]
    config, words = run(command, programs.path | environment)
    name, count = job["metadata"]["name"], job["spec"]["completions"]
    assert service["metadata"]["name"] == job["spec"]["template"]["spec"]["subdomain"]
    assert service["spec"]["selector"] == {"job-name": name}
    assert config["cluster"]["worker"] == [f"{name}-{i}.{name}:12345" for i in range(count)]
    assert config["task"] == {"type": "worker", "index": 3}
    assert words[0].startswith("train cyclegan --a /data/sunny")
