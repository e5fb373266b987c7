"""`python -m newsmonitor`."""

from newsmonitor.cli import main

main()
