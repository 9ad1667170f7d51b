#!/bin/sh
# The budget of registers, spills and shared memory (tools/cuda_budget.py), held against what a compiler says that is
# played here. usage: budget_test.sh PYTHON CHECKER
set -eu
python=$1 checker=$2
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
echo 'warp_kernel 40 64 # a comment' >"$folder/budget"

# says REGISTERS SHARED SPILLED [SYMBOL]: what ptxas says of a kernel, for two architectures, and nvcc of something else
says() {
  for target in sm_75 sm_90; do
    echo "ptxas info    : Compiling entry function '${4:-_ZN10assay_cuda11warp_kernelENS_5planeE}' for '$target'"
    echo "    0 bytes stack frame, $3 bytes spill stores, 0 bytes spill loads"
    echo "ptxas info    : Used $1 registers, used 1 barriers, $2 bytes smem, 368 bytes cmem[0]"
  done
  echo "file.cu(3): warning of another kind"
}

# holds STATUS TEXT ARGUMENT...: ends so, and says so
holds() {
  status=$1 text=$2 got=0
  shift 2
  says "$@" >"$folder/said"
  # shellcheck disable=SC2016 # for the inner shell
  "$python" "$checker" "$folder/budget" sh -c 'cat "$0" >&2' "$folder/said" >"$folder/out" 2>&1 || got=$?
  if [ $got != "$status" ] || ! grep -qF "$text" "$folder/out"; then
    echo "expected $status and '$text', got $got and:"
    cat "$folder/out"
    exit 1
  fi
}

holds 0 'warp_kernel: 40 to 40 registers (at most 40), 64 bytes of shared memory (at most 64), 0 spilled, on 2' 40 64 0
holds 0 'warning of another kind' 40 64 0
holds 1 'warp_kernel, sm_90: 41 registers, at most 40' 41 64 0
holds 1 'warp_kernel, sm_75: 65 bytes of shared memory, at most 64' 40 65 0
holds 1 'warp_kernel, sm_75: 4 bytes spilled, at most 0' 40 64 4
holds 1 'other_kernel, sm_75: has no row in the budget' 1 0 0 _ZN10assay_cuda12other_kernelEi
if "$python" "$checker" "$folder/budget" false; then
  echo "a compiler that fails is passed on as one that does not"
  exit 1
fi
