# shellcheck shell=bash
# What every step of ./test needs: saying, retrying, becoming root, running under a time limit.

say() { printf '\n==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# retry TIMES COMMAND...: networks and package locks have hiccups; waits 3, 6, 9... seconds in between.
retry() {
  local times=$1 attempt
  shift
  for ((attempt = 1; attempt <= times; attempt++)); do
    if "$@"; then return 0; fi
    if ((attempt < times)); then
      note "attempt $attempt of $times failed: $*"
      sleep $((attempt * 3))
    fi
  done
  return 1
}

# Root by right or by sudo; anything else is said plainly.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    note "needs root or sudo: $*"
    return 1
  fi
}

# limit SECONDS COMMAND...: the command and all it started are ended when the time is over. It runs in a process group of its own, so that an interrupt
# reaches it by our trap and not by half.
STEP_PID=
limit() {
  local seconds=$1 status=0
  shift
  timeout --kill-after=20 "$seconds" "$@" &
  STEP_PID=$!
  wait "$STEP_PID" || status=$?
  STEP_PID=
  if ((status == 124 || status == 137)); then note "over its limit of $seconds s: $*"; fi
  return "$status"
}
