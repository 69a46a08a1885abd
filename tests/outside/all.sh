#!/usr/bin/env bash
# Builds the server and points every outside client at it: once on SQLite, once on PostgreSQL. Called by ./test, which sets
# PYTHON (with the clients installed), PG_BIN and DOMESDAY_TEST_POSTGRES.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cargo build --quiet -p domesday
target=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')

name=domesday_outside_$$
"$PG_BIN/psql" --quiet --no-psqlrc --dbname="$DOMESDAY_TEST_POSTGRES" \
  --command="CREATE DATABASE $name TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'"

exec "$PYTHON" tests/outside/run.py --binary "$target/debug/domesday" --postgres "${DOMESDAY_TEST_POSTGRES%/*}/$name"
