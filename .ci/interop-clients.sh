#!/usr/bin/env bash
# Lets clients in other languages work on an ensemble of ours, a server of which is killed in the middle and started again after:
# kazoo with its recipes, Apache's zkCli, a program on the C client's library, and the C client's own command lines. Debian's
# packages are looked for, installed if that is possible without asking; what cannot be tested is said with its reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly JAR=/usr/share/java/zookeeper.jar
readonly HEADER=/usr/include/zookeeper/zookeeper.h
readonly CLI_MT=/usr/lib/zookeeper/bin/cli_mt
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

if ! has_kazoo || ! has_zkcli || ! has_library || [[ ! -x $CLI_MT ]]; then
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

# Debian packages cli_mt, on the threaded library, and the library of cli_st without cli_st: that is one file of the source package.
build_cli_st() {
  local root="$scratch/source"
  has_library && command -v apt-get > /dev/null || return 1
  mkdir -p "$root"/{parts,lists/partial,cache/archives/partial}
  # From where the packages come.
  apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' 'Origin: Debian' \
    > "$root/parts/source.list"
  local apt=(apt-get -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$root/parts" -o "Dir::State::Lists=$root/lists"
    -o "Dir::Cache=$root/cache" -o APT::Sandbox::User=root)
  (
    cd "$root"
    timeout 120 "${apt[@]}" update && timeout 120 "${apt[@]}" source --download-only zookeeper && tar xf zookeeper_*.orig.tar.?z \
      && cc -O1 -I"${HEADER%/*}" "$(find . -name cli.c)" -lzookeeper_st -o ../cli_st
  ) > "$scratch/source.log" 2>&1
}

# use_command_line PROGRAM: gives it commands, and loses the leader between them.
use_command_line() {
  local cli=$1
  prepare
  rm -f "$scratch/commands" "$scratch/said"
  mkfifo "$scratch/commands"
  "$cli" "$connect" < "$scratch/commands" > "$scratch/said" 2>&1 &
  cli_pid=$!
  exec 4> "$scratch/commands"
  until_true "${cli##*/} is connected" says 'state = CONNECTED_STATE\|session establishment complete'
  tell "create /${cli##*/}" "^\[/${cli##*/}\]: rc = 0$"
  tell "set /${cli##*/} one" "^/${cli##*/}: rc = 0"
  kill -9 "${pids[leader]}"
  until_true 'another server leads' find_leader
  ask "get /${cli##*/}" '^one$'
  ask 'ls /' "^[[:space:]]${cli##*/}$"
  echo quit >&4
  exec 4>&-
  wait "$cli_pid" || true
  cli_pid=''
  echo "${cli##*/}: create, set, loss of a server, get, ls: held"
}

says() { grep -q "$1" "$scratch/said"; }

# tell COMMAND PATTERN: gives it a command and waits for a line of the answer.
tell() {
  echo "$1" >&4
  until_true "$1: $2" says "$2"
}

# ask COMMAND PATTERN: the same, asked again where the answer is that the connection was lost.
ask() { until_true "$1: $2" is_told "$@"; }
is_told() {
  echo "$1" >&4
  for _ in $(seq 5); do says "$2" && return; sleep 0.1; done
  return 1
}

if build_cli_st; then
  use_command_line "$scratch/cli_st"
else
  echo "skipped: cli_st (it is built from Debian’s source package, which cannot be had or built here)"
  tail -n 3 "$scratch/source.log" 2> /dev/null || true
fi

if [[ -x $CLI_MT ]]; then
  use_command_line "$CLI_MT"
else
  echo 'skipped: cli_mt (zookeeper-bin is not installed, and cannot be installed here)'
fi
