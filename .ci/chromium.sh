#!/bin/sh
# Bring a Chromium for the browser tests: the system's, else Debian's where it can be installed.
# Never fails: without a browser those tests are skipped with a message, and in CI a skip is a failure.
set -u

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if ! command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium here, and no apt-get to install one: the browser tests will be skipped." >&2
    exit 0
fi

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "No Chromium here: the browser tests will be skipped. To have them:" >&2
    echo "    sudo apt-get install --no-install-recommends chromium" >&2
    exit 0
fi

echo "Installing Chromium for the browser tests (once) …" >&2
log=$(mktemp)
if ! { $as_root apt-get -qq update &&
    DEBIAN_FRONTEND=noninteractive $as_root apt-get -qq install --yes --no-install-recommends chromium
} >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Chromium could not be installed: the browser tests will be skipped." >&2
fi
rm -f "$log"
