"""`python -m haven_fs` is `haven`."""

from haven_fs.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
