#!/usr/bin/env bash
# Lets clients in other languages work on an ensemble of ours, a server of which is killed in the middle and started again after:
# kazoo with its recipes, Apache's zkCli, a program on the C client's library, and the C client's own command line. Debian's
# packages are looked for, installed if that is possible without asking; what cannot be tested is said with its reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly JAR=/usr/share/java/zookeeper.jar
readonly HEADER=/usr/include/zookeeper/zookeeper.h
scratch=$(mktemp -d)
pids=()
cli_pid=''

stop_all() {
  for pid in "${pids[@]}" $cli_pid; do kill -9 "$pid" 2> /dev/null || true; done
  rm -rf "$scratch"
}
trap stop_all EXIT

# Debian's own Python is asked first: that is where its packages are.
python=python3
[[ -x /usr/bin/python3 ]] && python=/usr/bin/python3
has_kazoo() { "$python" -c 'import kazoo' 2> /dev/null; }
has_zkcli() { [[ -e $JAR ]] && command -v java > /dev/null; }
has_library() { [[ -e $HEADER ]] && ls /usr/lib/*/libzookeeper_st.so > /dev/null 2>&1 && command -v cc > /dev/null; }
command_line() { command -v cli_st || ls /usr/lib/zookeeper/bin/cli_st /usr/lib/zookeeper/bin/cli_mt 2> /dev/null | head -n 1; }

if ! has_kazoo || ! has_zkcli || ! has_library || [[ -z $(command_line || true) ]]; then
  if (( EUID == 0 )) && command -v apt-get > /dev/null; then
    apt-get update > /dev/null 2>&1 || true
    for packages in python3-kazoo 'zookeeper zookeeper-bin' 'gcc libc6-dev libzookeeper-st-dev'; do
      # shellcheck disable=SC2086 # a list of words
      apt-get install -y --no-install-recommends $packages > /dev/null 2>&1 || true
    done
  fi
fi

launch() {
  local id=$1
  node --import tsx src/cli/main.ts serve "$scratch/$id.cfg" > "$scratch/$id.out" 2>> "$scratch/$id.log" &
  pids[id]=$!
  # Its death is no news.
  disown "${pids[id]}"
}

# until_true WHAT COMMAND...: tries again for half a minute.
until_true() {
  local what=$1
  shift
  for _ in $(seq 300); do "$@" && return; sleep 0.1; done
  cat "$scratch"/*.log
  [[ ! -e $scratch/said ]] || tail -n 40 "$scratch/said"
  echo "nothing came of: $what"
  exit 1
}

is_ready() { grep -q '^ready' "$scratch/$1.out"; }

# What the server answers to `srvr`; nothing if it does not.
mode_of() { { printf srvr >&3; timeout 5 cat <&3; } 2> /dev/null 3<> "/dev/tcp/127.0.0.1/${ports[$1 * 3 - 3]}" | grep '^Mode' || true; }

find_leader() {
  local id
  for id in 1 2 3; do
    leader=$id
    [[ $(mode_of "$id") != 'Mode: leader' ]] || return 0
  done
  return 1
}

# Three servers, each in a process of its own; ports are asked of the operating system and then given to the configurations.
start_ensemble() {
  mapfile -t ports < <(node -e '
    const { createServer } = require("node:net");
    const servers = Array.from({ length: 9 }, () => createServer().listen(0, "127.0.0.1"));
    let left = servers.length;
    for (const server of servers) server.once("listening", () => {
      left -= 1;
      if (left > 0) return;
      for (const each of servers) { console.log(each.address().port); each.close(); }
    });
  ')
  local id members=''
  for id in 1 2 3; do
    members+="server.$id=127.0.0.1:${ports[id * 3 - 2]}:${ports[id * 3 - 1]};127.0.0.1:${ports[id * 3 - 3]}"$'\n'
  done
  for id in 1 2 3; do
    mkdir -p "$scratch/$id"
    echo "$id" > "$scratch/$id/myid"
    printf 'dataDir=%s\ntickTime=1000\ninitLimit=10\nsyncLimit=5\nadmin.enableServer=false\npreAllocSize=1024\n%s' \
      "$scratch/$id" "$members" > "$scratch/$id.cfg"
    launch "$id"
  done
  connect="127.0.0.1:${ports[0]},127.0.0.1:${ports[3]},127.0.0.1:${ports[6]}"
}

# Every client finds three servers that serve, and loses the one that leads.
prepare() {
  local id
  (( ${#pids[@]} > 0 )) || start_ensemble
  for id in 1 2 3; do
    kill -0 "${pids[id]}" 2> /dev/null || launch "$id"
    until_true "server $id is ready" is_ready "$id"
  done
  until_true 'one server leads' find_leader
}

if has_kazoo; then
  prepare
  "$python" .ci/interop-kazoo.py "$connect" kill -9 "${pids[leader]}"
else
  echo 'skipped: kazoo (python3-kazoo is not installed, and cannot be installed here)'
fi

if has_zkcli; then
  prepare
  # expect PATTERN COMMAND...: runs one command of zkCli and looks for a line of its output.
  expect() {
    local pattern=$1 said
    shift
    said=$(java -cp "/etc/zookeeper/conf:$JAR" org.apache.zookeeper.ZooKeeperMain -waitforconnection -server "$connect" "$@" 2>&1) \
      || true
    grep -q "$pattern" <<< "$said" || { echo "zkCli $*: no line matches $pattern"; tail -n 5 <<< "$said"; exit 1; }
  }
  expect 'Created /zkcli' create /zkcli one
  expect '' set /zkcli two
  kill -9 "${pids[leader]}"
  expect '^two$' get /zkcli
  expect 'Created /zkcli/e0000000000' create -e -s /zkcli/e x
  expect '^/zkcli$' ls -R /zkcli
  expect '' deleteall /zkcli
  expect 'Node does not exist: /zkcli' get /zkcli
  echo 'zkCli: create, set, loss of a server, get, ls, deleteall: held'
else
  echo 'skipped: zkCli (the package zookeeper is not installed, and cannot be installed here)'
fi

if has_library; then
  prepare
  cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 .ci/interop-c.c -lzookeeper_st -o "$scratch/interop-c"
  "$scratch/interop-c" "$connect" kill -9 "${pids[leader]}"
else
  echo 'skipped: the C client’s single-threaded library (libzookeeper-st-dev and gcc are not installed, and cannot be installed here)'
fi

cli=$(command_line || true)
if [[ -n $cli ]]; then
  prepare
  mkfifo "$scratch/commands"
  "$cli" "$connect" < "$scratch/commands" > "$scratch/said" 2>&1 &
  cli_pid=$!
  exec 4> "$scratch/commands"
  # tell COMMAND PATTERN: gives it a command and waits for a line of the answer.
  says() { grep -q "$1" "$scratch/said"; }
  tell() {
    echo "$1" >&4
    until_true "$1, to ${cli##*/}: $2" says "$2"
  }
  # ask COMMAND PATTERN: the same, asked again where the answer is that the connection was lost.
  ask() { until_true "$1, to ${cli##*/}: $2" is_told "$@"; }
  is_told() {
    echo "$1" >&4
    for _ in $(seq 5); do says "$2" && return; sleep 0.1; done
    return 1
  }
  until_true "${cli##*/} is connected" says 'state = CONNECTED_STATE\|session establishment complete'
  tell 'create /cst' '^\[/cst\]: rc = 0$'
  tell 'set /cst one' '^/cst: rc = 0'
  kill -9 "${pids[leader]}"
  until_true 'another server leads' find_leader
  ask 'get /cst' '^one$'
  ask 'ls /' '^[[:space:]]cst$'
  echo quit >&4
  exec 4>&-
  wait "$cli_pid" || true
  cli_pid=''
  echo "${cli##*/}: create, set, loss of a server, get, ls: held"
  # Debian builds the library that cli_st is made with, which the program above is linked with, and packages no cli_st.
  [[ ${cli##*/} == cli_st ]] || echo "skipped: cli_st (zookeeper-bin has only ${cli##*/}, the same commands on the threaded library)"
else
  echo 'skipped: the C client’s command line (it is not installed)'
fi
