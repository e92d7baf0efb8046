#!/bin/sh
# Chromium for the browser tests: from Debian's packages when it is missing and can be installed, else the command.
set -u
for name in chromium chromium-browser; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
install='apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core'
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        apt-get update -q >/dev/null && apt-get install -q --yes --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0
    elif sudo -n true 2>/dev/null; then
        sudo apt-get update -q >/dev/null && sudo apt-get install -q --yes --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0
    fi
fi
echo "Chromium is missing; the browser tests are skipped without it. Install it as root: $install" >&2
