# One image for web, worker, beat and the one-shot database job; what it does is the command (docker-compose.yml).

FROM node:22-bookworm-slim AS front
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
    && find node_modules/@expo-google-fonts -name '*.ttf' ! -path '*/400Regular/*' ! -path '*/700Bold/*' -delete

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements/run.txt /tmp/run.txt
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/run.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=census.conf.settings \
    CENSUS_VAR=/var/lib/census \
    CENSUS_DB_ROLE=web
RUN groupadd --gid 10001 census \
    && useradd --uid 10001 --gid census --no-create-home --shell /usr/sbin/nologin census \
    && mkdir -p /var/lib/census/media \
    && chown -R census:census /var/lib/census
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/census
COPY --from=front /build/node_modules ./node_modules
COPY . .
USER census
# Texts and static files belong to the image; only uploads live in a volume. The key here is used for nothing else.
RUN CENSUS_SECRET_KEY=used-while-building-only python manage.py compile_texts \
    && CENSUS_SECRET_KEY=used-while-building-only python manage.py collectstatic --noinput
EXPOSE 8000
ENTRYPOINT ["python", "deploy/entrypoint.py"]
CMD ["gunicorn", "census.conf.wsgi:application", "--bind", "0.0.0.0:8000", "--preload", "--workers", "4", "--threads", "4", \
     "--timeout", "60", "--worker-tmp-dir", "/tmp", "--no-control-socket", "--access-logfile", "-"]
