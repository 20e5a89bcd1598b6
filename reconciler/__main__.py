"""The entry point: answers ``--version`` without loading anything, hands the rest to the command line."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from reconciler import __version__  # noqa: PLC0415 - start-up is measured

        sys.stdout.write(f"reconciler {__version__}\n")
        return
    from reconciler.cli import run  # noqa: PLC0415 - start-up is measured

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
