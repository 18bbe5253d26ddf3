"""`python -m tfstyle`."""

import sys

from tfstyle.cli import main

if __name__ == "__main__":  # processes that are spawned import this file as well
    sys.exit(main())
