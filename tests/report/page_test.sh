#!/bin/sh
# The report's pages in headless Chromium: page_test.sh TEST.js ASSAY ASSAY_SYNTH. Skipped where Chromium, Node.js or the
# modules are not there; ./bootstrap test brings them (the modules into build/browser).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
modules=${ASSAY_NODE_MODULES:-$here/../../build/browser/node_modules}
skip() { printf '[  SKIPPED ] report: %s\n' "$*"; exit 0; }
browser=$(command -v chromium) || skip "no chromium"
command -v node >/dev/null || skip "no node"
[ -d "$modules/playwright-core" ] && [ -d "$modules/axe-core" ] || skip "no modules in $modules"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
NODE_PATH=$modules node "$here/$1" "$browser" "$2" "$3" "$folder" ${ASSAY_SCREENSHOTS:-}
