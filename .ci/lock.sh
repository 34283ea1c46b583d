#!/bin/sh
# Choose every dependency anew and write requirements.lock: all extras and the dev group, for every
# system and Python, by hash, with no address in it. uv comes into a throw-away environment if missing.
set -eu

python=${1:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    "$python" -m venv "$scratch/venv"
    "$scratch/venv/bin/python" -m pip --quiet --quiet --disable-pip-version-check install uv
    uv=$scratch/venv/bin/uv
fi

# An index setting would end up in the lock as an address.
unset UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_FIND_LINKS
"$uv" pip compile --quiet --upgrade --universal --python-version 3.11 \
    --all-extras --group dev --generate-hashes --no-annotate --no-header \
    --output-file "$scratch/requirements.lock" pyproject.toml
if grep -q '://' "$scratch/requirements.lock"; then
    echo "The lock would hold an address; it is left as it was." >&2
    exit 1
fi
cat "$scratch/requirements.lock" >requirements.lock
