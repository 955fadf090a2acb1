# Three stages: what both share, the environment with its build tools, and what runs.
FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/willay

FROM base AS environment
RUN python -m venv /opt/venv
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN /opt/venv/bin/pip install --require-hashes -r requirements/runtime.txt \
 && /opt/venv/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md ./
COPY app app
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
 && /opt/venv/bin/pip uninstall -y flit_core \
 && /opt/venv/bin/python -m compileall -q /opt/venv/lib app

FROM base AS run
RUN useradd --system --uid 10001 --home-dir /var/lib/willay --create-home willay
COPY --from=environment /opt/venv /opt/venv
COPY --from=environment /srv/willay /srv/willay
COPY migrations migrations
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    WILLAY_DATA_DIR=/var/lib/willay WILLAY_HOST=0.0.0.0
USER willay
VOLUME /var/lib/willay
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["willay"]
CMD ["serve"]
