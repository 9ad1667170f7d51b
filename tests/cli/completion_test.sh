#!/bin/bash
# What bash offers after `assay completion` was read. completion_test.sh ASSAY
set -u
script=$("$1" completion) || exit 1
eval "$script"

failed=0
# offers WORD... -- EXPECTED: the last word is the one to be completed.
offers() {
  COMP_WORDS=(assay)
  while [ "$1" != -- ]; do
    COMP_WORDS+=("$1")
    shift
  done
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _assay
  [ "${COMPREPLY[*]-}" = "$2" ] && return
  echo "after \"${COMP_WORDS[*]}\": offered \"${COMPREPLY[*]-}\", expected \"$2\""
  failed=1
}

offers gol -- golden
offers golden cr -- create
offers golden c -- 'create check calibrate'
offers lot "" -- 'plan judge drift compare image capability report'
offers bench accuracy "" -- 'lots light'
offers run --mani -- --manifest
offers run goldens/label --back -- --backend
offers run --backend "" -- 'auto cpu cuda'
offers run --json --cpu avx -- 'avx2 avx512'
offers keygen --for g -- golden
offers run --out "" -- ''         # a file or folder: bash's own completion follows
offers run goldens/ -- ''
offers no-such-command "" -- ''
exit $failed
