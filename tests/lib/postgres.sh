# shellcheck shell=bash
# A PostgreSQL of our own for one run: a temporary folder, loopback and a socket in that folder, gone afterwards.
# It holds only test data, so it may lose it: fsync is off. PostgreSQL refuses to run as root: then another user runs it.

PG_DIR=
PG_USER=

# Runs a server program as the user that owns the data.
pg_as() {
  if [ -n "$PG_USER" ]; then
    (cd "$PG_DIR" && runuser -u "$PG_USER" -- "$@")
  else
    "$@"
  fi
}

# Sets DOMESDAY_TEST_POSTGRES. Tests make databases of their own beside it:
#   CREATE DATABASE some_unique_name TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'
pg_start() {
  local base=${TMPDIR:-/tmp} attempt port
  # A socket's path may have 107 bytes.
  if ((${#base} > 60)); then base=/tmp; fi
  if [ "$(id -u)" = 0 ]; then
    PG_USER=postgres
    if ! id "$PG_USER" >/dev/null 2>&1; then
      PG_USER=domesday-test
      id "$PG_USER" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$PG_USER"
    fi
  fi
  PG_DIR=$(mktemp -d "$base/domesday-pg.XXXXXX")
  if [ -n "$PG_USER" ]; then chown "$PG_USER" "$PG_DIR"; fi
  if ! pg_as "$PG_BIN/initdb" --pgdata="$PG_DIR/data" --locale=C --encoding=UTF8 --auth=trust --username=postgres --no-sync >"$PG_DIR.log" 2>&1; then
    cat "$PG_DIR.log"
    return 1
  fi
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = '$PG_DIR'"
    echo "fsync = off"
    echo "synchronous_commit = off"
    echo "full_page_writes = off"
    echo "jit = off"
    echo "max_connections = 300"
    echo "shared_buffers = 64MB"
    echo "max_pred_locks_per_transaction = 256"
    echo "timezone = 'UTC'"
  } | pg_as tee -a "$PG_DIR/data/postgresql.conf" >/dev/null
  # It takes no port 0: another process may take the number we drew, then we draw again.
  for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM + attempt) % 12000))
    if pg_as "$PG_BIN/pg_ctl" --pgdata="$PG_DIR/data" --options="-p $port" --log="$PG_DIR/server.log" --wait --timeout=60 start >>"$PG_DIR.log" 2>&1 </dev/null; then
      export DOMESDAY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      note "PostgreSQL $("$PG_BIN/postgres" --version | grep -o '[0-9.]*' | head -n 1) at $DOMESDAY_TEST_POSTGRES"
      return 0
    fi
  done
  cat "$PG_DIR.log" "$PG_DIR/server.log" 2>/dev/null
  return 1
}

pg_stop() {
  [ -n "$PG_DIR" ] || return 0
  if [ -f "$PG_DIR/data/postmaster.pid" ]; then
    pg_as "$PG_BIN/pg_ctl" --pgdata="$PG_DIR/data" --mode=immediate --wait --timeout=30 stop >/dev/null 2>&1 || true
  fi
  rm -rf "$PG_DIR" "$PG_DIR.log"
  PG_DIR=
}
