#!/usr/bin/env bash
# Lets clients in other languages work on an ensemble of ours, one server of which is killed in the middle: kazoo with its recipes,
# Apache's zkCli, and the C client where there is one. Debian's packages are looked for, installed if that is possible without
# asking; what cannot be tested is said with its reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly JAR=/usr/share/java/zookeeper.jar
scratch=$(mktemp -d)
pids=()

stop_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  rm -rf "$scratch"
}
trap stop_all EXIT

# Debian's own Python is asked first: that is where its packages are.
python=python3
[[ -x /usr/bin/python3 ]] && python=/usr/bin/python3
has_kazoo() { "$python" -c 'import kazoo' 2> /dev/null; }

c_client() { command -v cli_st || ls /usr/lib/zookeeper/bin/cli_st /usr/lib/zookeeper/bin/cli_mt 2> /dev/null | head -n 1; }

if ! has_kazoo || [[ ! -e $JAR ]] || [[ -z $(c_client || true) ]]; then
  if (( EUID == 0 )) && command -v apt-get > /dev/null; then
    apt-get update > /dev/null 2>&1 || true
    apt-get install -y --no-install-recommends python3-kazoo zookeeper zookeeper-bin > /dev/null 2>&1 || true
  fi
fi

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
    node --import tsx src/cli/main.ts serve "$scratch/$id.cfg" > "$scratch/$id.out" 2> "$scratch/$id.log" &
    pids+=("$!")
  done
  for id in 1 2 3; do
    for _ in $(seq 300); do grep -q '^ready' "$scratch/$id.out" && break; sleep 0.1; done
    grep -q '^ready' "$scratch/$id.out" || { cat "$scratch"/*.log; echo "server $id is not ready"; exit 1; }
  done
  connect="127.0.0.1:${ports[0]},127.0.0.1:${ports[3]},127.0.0.1:${ports[6]}"
}

# The leader of an ensemble with equal histories is the server with the largest id.
if has_kazoo; then
  start_ensemble
  "$python" .ci/interop-kazoo.py "$connect" kill -9 "${pids[2]}"
else
  echo 'skipped: kazoo (python3-kazoo is not installed, and cannot be installed here)'
fi

if [[ -e $JAR ]] && command -v java > /dev/null; then
  (( ${#pids[@]} > 0 )) || start_ensemble
  survivors="127.0.0.1:${ports[0]},127.0.0.1:${ports[3]}"
  # expect PATTERN COMMAND...: runs one command of zkCli and looks for a line of its output.
  expect() {
    local pattern=$1 said
    shift
    said=$(java -cp "/etc/zookeeper/conf:$JAR" org.apache.zookeeper.ZooKeeperMain -server "$survivors" "$@" 2>&1) || true
    grep -q "$pattern" <<< "$said" || { echo "zkCli $*: no line matches $pattern"; tail -n 5 <<< "$said"; exit 1; }
  }
  expect 'Created /zkcli' create /zkcli one
  expect '' set /zkcli two
  expect '^two$' get /zkcli
  expect 'Created /zkcli/e0000000000' create -e -s /zkcli/e x
  expect '^/zkcli$' ls -R /zkcli
  expect '' deleteall /zkcli
  expect 'Node does not exist: /zkcli' get /zkcli
  echo 'zkCli: create, set, get, ls, deleteall: held'
else
  echo 'skipped: zkCli (the package zookeeper is not installed, and cannot be installed here)'
fi

cli=$(c_client || true)
if [[ -n $cli && ${#pids[@]} -gt 0 ]]; then
  # It reads commands from its input and answers when it can, so it is given time between them.
  said=$({ sleep 1; for line in 'create /cst' 'set /cst one' 'get /cst' 'ls /' quit; do echo "$line"; sleep 0.5; done; } \
    | timeout 30 "$cli" "127.0.0.1:${ports[0]}" 2>&1) || true
  for line in '^\[/cst\]: rc = 0$' '^ value_len = 3$' '^one$' '^[[:space:]]cst$'; do
    grep -q "$line" <<< "$said" || { echo "${cli##*/}: no line matches $line"; echo "$said"; exit 1; }
  done
  echo "${cli##*/}: create, set, get, ls: held"
  # Debian builds the library that cli_st is made with (libzookeeper-st2), and packages no cli_st.
  [[ ${cli##*/} == cli_st ]] || echo "skipped: cli_st (zookeeper-bin has only ${cli##*/}, the same commands on the threaded library)"
else
  echo 'skipped: the C client (it is not installed)'
fi
