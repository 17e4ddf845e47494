#!/usr/bin/env bash
# Sends the same random operations to Apache ZooKeeper and to our server and compares what they answer. apache.sh
# looks for Debian's package, and says why nothing is tested where it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source .ci/apache.sh
node --import tsx src/interop/differential.test.ts
node --import tsx src/interop/exchanges.test.ts
