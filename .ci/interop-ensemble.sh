#!/usr/bin/env bash
# Lets our servers and Apache ZooKeeper's form ensembles together, and replace each other one at a time. apache.sh
# looks for Debian's package, and says why nothing is tested where it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source .ci/apache.sh
node --import tsx src/cli/mixed-ensemble.test.ts
