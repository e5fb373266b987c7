# make run | demo | test | check | lock | clean. Each says what it does; `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install run demo test check format lock peers clean

# The first Python from 3.11 to 3.13 that works here; PYTHON=/path/to/python overrides.
PYTHON ?= $(shell for python in python3.12 python3.13 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& { command -v "$$python"; break; }; done)
PORT ?= 8080
VENV := .venv/bin
# Modules are compiled once and kept, whatever the shell says: Airflow starts three times as fast with them.
unexport PYTHONDONTWRITEBYTECODE
# A path on the command line is meant from here.
ifdef FEEDS
export NEWSMONITOR_FEEDS := $(abspath $(FEEDS))
endif

help:
	@echo 'make run              the news desk on this machine: http://127.0.0.1:8080  (FEEDS=my.opml PORT=8081)'
	@echo 'make demo             two cycles over a sample news site, without a network (UI=1: then Airflow on it)'
	@echo 'make test             the whole test suite'
	@echo 'make check            lint, format, types'
	@echo 'make format           mend what lint and format can mend'
	@echo 'make lock             pin the newest versions that pyproject.toml allows'
	@echo 'make peers            .venv-peers: this and the extractors that benchmarks run beside'
	@echo 'make clean            remove .venv and .airflow; the warehouse stays'

install:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'newsmonitor: no Python from 3.11 to 3.13 was found; install one (Debian: apt install python3 python3-venv),' \
			'or name it: make PYTHON=/path/to/python3.12 ...' >&2; exit 1; fi
	@"$(PYTHON)" tools/install.py

run: install
	@$(VENV)/python tools/run.py --port "$(PORT)"

demo: install
ifeq ($(UI),)
	@$(VENV)/newsmonitor demo
else
	@$(VENV)/python tools/run.py --port "$(PORT)" --demo
endif

test: install
	@$(VENV)/python -m pytest -q -n 3

check: install
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/mypy tools/run.py tools/install.py tools/lock.py

format: install
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

lock: install
	@"$(PYTHON)" tools/lock.py

peers: install
	@"$(PYTHON)" -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -q --no-deps -r benchmarks/requirements.txt

clean:
	rm -rf .venv .venv-peers .airflow .mypy_cache .ruff_cache .pytest_cache .hypothesis
