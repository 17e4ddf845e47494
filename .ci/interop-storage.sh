#!/usr/bin/env bash
# Hands data directories to Apache ZooKeeper and takes its own back. apache.sh looks for Debian's package, and says why
# nothing is tested where it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source .ci/apache.sh
node --import tsx properties/interop/apache-storage.test.ts
