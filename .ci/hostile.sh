#!/usr/bin/env bash
# A hundred thousand attacks on each port of a two-server ensemble, while an honest client writes: nobody is brought down, nothing
# is kept, nobody waits. `npm test` does the same with fewer; this takes minutes, so .ci/run leaves it to whoever runs it by night.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VIV_HOSTILE_ATTACKS=${1:-100000} node --import tsx src/interop/hostile.test.ts
