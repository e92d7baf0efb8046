#!/bin/sh
# axe-core and the Nu HTML checker for the browser tests, in tests/web/node_modules: npm fetches the versions that
# tests/web/package.json names, when they are not there; npm and Java come from Debian's packages when they are missing
# and can be installed. Ends well in any case: without the tools their tests are skipped, or fail where they must not be.
set -u
cd "$(dirname "$0")/../tests/web" || exit 1

wanted() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" package.json; }
there() { sed -n 's/^.*"version": *"\([^"]*\)".*/\1/p' "node_modules/$1/package.json" 2>/dev/null | head -n 1; }
fetched() {
    for name in axe-core vnu-jar; do
        [ "$(there $name)" = "$(wanted $name)" ] || return 1
    done
}

packages=''
command -v java >/dev/null 2>&1 || packages='default-jre-headless'
fetched || command -v npm >/dev/null 2>&1 || packages="$packages nodejs npm"
if [ -n "$packages" ]; then
    root=''
    [ "$(id -u)" -eq 0 ] || root='sudo -n'
    # shellcheck disable=SC2086  # several words each
    if command -v apt-get >/dev/null 2>&1 && { [ -z "$root" ] || $root true 2>/dev/null; } &&
        $root apt-get update -q >/dev/null && $root apt-get install -q --yes --no-install-recommends $packages >/dev/null; then
        :
    else
        echo "Missing for the tests of HTML and accessibility, which are skipped without: $packages. Install as root:" \
            "apt-get update && apt-get install --yes --no-install-recommends $packages" >&2
    fi
fi
if ! fetched && command -v npm >/dev/null 2>&1; then
    # Scripts of the packages are not needed: vnu-jar's would fetch a Java of its own.
    npm install --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error >/dev/null ||
        echo "npm could not fetch axe-core and vnu-jar: the tests that need them are skipped." \
            "Once there is a network: sh scripts/need_web_tools.sh" >&2
fi
exit 0
