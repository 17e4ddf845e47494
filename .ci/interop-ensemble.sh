#!/usr/bin/env bash
# Lets our servers and Apache ZooKeeper's form ensembles together, replace each other one at a time under load, and cut off what the
# other logged alone. apache.sh
# looks for Debian's package, and says why nothing is tested where it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source .ci/apache.sh
node --import tsx src/interop/mixed-ensemble.test.ts
node --import tsx src/interop/mixed-histories.test.ts
