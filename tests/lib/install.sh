# shellcheck shell=bash
# Installs what the tests need and the machine lacks. Nothing is installed twice; what is not a Debian package goes to the cache folder, outside the clone.

APT_FRESH=0
apt_install() {
  if ! have apt-get; then
    note "not a Debian machine: please install $*"
    return 1
  fi
  if ((!APT_FRESH)); then
    retry 4 as_root apt-get update -q -o DPkg::Lock::Timeout=120 >"$CACHE/apt.log" 2>&1 || note "apt-get update failed, going on with the old lists"
    APT_FRESH=1
  fi
  note "installing $*"
  if ! retry 3 as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >>"$CACHE/apt.log" 2>&1; then
    tail -n 30 "$CACHE/apt.log"
    return 1
  fi
}

ensure_compilers() {
  local missing=()
  have cc || missing+=(build-essential)
  have pkg-config || missing+=(pkg-config)
  have curl || missing+=(ca-certificates curl)
  if ((${#missing[@]})); then apt_install "${missing[@]}"; fi
  if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then PATH="$HOME/.cargo/bin:$PATH"; fi
  if ! have cargo; then
    note "no Rust toolchain: install one with rustup, then run ./test again"
    return 1
  fi
  local part
  for part in fmt clippy; do
    if ! cargo "$part" --version >/dev/null 2>&1 && have rustup; then
      retry 3 rustup component add "${part/fmt/rustfmt}" >/dev/null 2>&1 || true
    fi
  done
}

NEXTEST_VERSION=0.9.143
# Sets NEXTEST=1 when the runner is there; a machine that cannot get it runs the same tests with cargo test.
ensure_nextest() {
  NEXTEST=0
  if ! cargo nextest --version >/dev/null 2>&1; then
    note "building cargo-nextest $NEXTEST_VERSION once (several minutes)"
    limit 900 cargo install cargo-nextest --locked --quiet --version "$NEXTEST_VERSION" --root "$CACHE/tools" >"$CACHE/nextest.log" 2>&1 || note "no cargo-nextest: using cargo test (see $CACHE/nextest.log)"
  fi
  if cargo nextest --version >/dev/null 2>&1; then NEXTEST=1; fi
}

postgres_bin() {
  local found
  found=$(find /usr/lib/postgresql/*/bin -maxdepth 1 -name initdb 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$found" ]; then
    dirname "$found"
  elif have initdb && have postgres; then
    dirname "$(readlink -f "$(command -v initdb)")"
  else
    return 1
  fi
}

ensure_postgres() {
  postgres_bin >/dev/null || apt_install postgresql
  PG_BIN=$(postgres_bin) || {
    note "no PostgreSQL server found after installing it"
    return 1
  }
}

# A virtual environment with pinned clients; made anew when the pins change.
ensure_python() {
  local pins=$ROOT/tests/outside/requirements.txt want
  have python3 || apt_install python3
  want=$(sha256sum "$pins" | cut -c1-16)-$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  VENV=$CACHE/venv-$want
  PYTHON=$VENV/bin/python
  [ -e "$VENV/complete" ] && return 0
  rm -rf "$VENV"
  if ! python3 -m venv "$VENV" >/dev/null 2>&1; then
    rm -rf "$VENV"
    apt_install python3-venv
    python3 -m venv "$VENV"
  fi
  note "installing the pinned Python clients"
  retry 4 "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps -r "$pins"
  touch "$VENV/complete"
}

ensure_perl() {
  perl -MNet::EPP::Simple -e 1 >/dev/null 2>&1 || apt_install libnet-epp-perl
  have xmllint || apt_install libxml2-utils
}
