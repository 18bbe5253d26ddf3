"""The demo's page: `python demo/app.py` is `tfstyle demo`."""

import sys

from tfstyle import cli

if __name__ == "__main__":
    sys.exit(cli.main(["demo", *sys.argv[1:]]))
