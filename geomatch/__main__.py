"""`python -m geomatch` and the installed command."""

import sys


def run() -> None:
    """Run the command and leave with its exit code."""
    from geomatch.cli import main  # noqa: PLC0415  (an import that fails is reported by Python itself)

    sys.exit(main())


if __name__ == "__main__":
    run()
