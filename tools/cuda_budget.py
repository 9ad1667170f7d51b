#!/usr/bin/env python3
"""Runs nvcc and holds what ptxas says of each kernel against a budget.

usage: cuda_budget.py BUDGET nvcc ARGUMENT...
       cuda_budget.py BUDGET                    the occupancy that the budget leaves, as a table

BUDGET has a line a kernel: its name, the most registers a thread, the most bytes of static shared memory a block; '#'
begins a comment. Spills to local memory are never allowed. A kernel that is over its budget, or has none, fails the
build, with the architecture it happened on. What each kernel takes is printed, a line a kernel, in place of what ptxas
says; everything else nvcc says is passed on, and so is its exit code.
"""
import re
import subprocess
import sys

ENTRY = re.compile(r"Compiling entry function '(\w+)' for '(\w+)'")
SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")


def read_budget(path):
    budget = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split("#", 1)[0].split()
            if not fields:
                continue
            if len(fields) != 3 or not fields[1].isdigit() or not fields[2].isdigit():
                sys.exit(f"{path}:{number}: expected a kernel's name, registers and bytes of shared memory")
            budget[fields[0]] = int(fields[1]), int(fields[2])
    return budget


def kernel_of(symbol):
    """The last name of a mangled nested name (_ZN10assay_cuda11warp_kernelE...), or of a plain one."""
    rest, name = symbol.removeprefix("_Z").removeprefix("N"), symbol
    while length := re.match(r"\d+", rest):
        end = length.end() + int(length.group())
        name, rest = rest[length.end() : end], rest[end:]
    return name


def over_budget(budget, kernel, registers, shared, spilled):
    if kernel not in budget:
        return "has no row in the budget"
    most_registers, most_shared = budget[kernel]
    faults = []
    if registers > most_registers:
        faults.append(f"{registers} registers, at most {most_registers}")
    if shared > most_shared:
        faults.append(f"{shared} bytes of shared memory, at most {most_shared}")
    if spilled:
        faults.append(f"{spilled} bytes spilled, at most 0")
    return "; ".join(faults)


def check(text, budget):
    """Returns the faults, what each kernel takes on each architecture, and the lines that are not ptxas's."""
    faults, taken, others, kernel, target, spilled = [], {}, [], None, None, 0
    for line in text.splitlines():
        if entry := ENTRY.search(line):
            kernel, target, spilled = kernel_of(entry.group(1)), entry.group(2), 0
        elif spills := SPILLS.search(line):
            spilled = int(spills.group(2)) + int(spills.group(3))
        elif kernel and (used := USED.search(line)):
            smem = SHARED.search(line)
            registers, shared = int(used.group(1)), int(smem.group(1)) if smem else 0
            taken.setdefault(kernel, []).append((registers, shared, spilled))
            fault = over_budget(budget, kernel, registers, shared, spilled)
            if fault:
                faults.append(f"{kernel}, {target}: {fault}")
            kernel = None
        elif not line.startswith("ptxas info") and line.strip():
            others.append(line)
    return faults, taken, others


def describe(kernel, takes, budget):
    registers, shared, spilled = ([take[i] for take in takes] for i in range(3))
    most_registers, most_shared = budget[kernel]
    return (
        f"{kernel}: {min(registers)} to {max(registers)} registers (at most {most_registers}), "
        f"{max(shared)} bytes of shared memory (at most {most_shared}), {max(spilled)} spilled, on {len(takes)} architectures"
    )


# Threads and bytes of shared memory of a multiprocessor (CUDA C++ Programming Guide, technical specifications per
# compute capability); each has 65,536 registers, given to warps in steps of 256.
MULTIPROCESSORS = {
    "7.5": (1024, 64 << 10),
    "8.0": (2048, 164 << 10),
    "8.6, 8.9": (1536, 100 << 10),
    "9.0": (2048, 228 << 10),
    "12.0": (1536, 100 << 10),
}
REGISTERS, WARP, BLOCK, BLOCK_RESERVE = 65536, 32, 256, 1024


def occupancy(registers, shared, threads, memory):
    """The share of a multiprocessor's threads that blocks of 256 leave room for; 1 KiB a block is the system's."""
    each = -(-registers * WARP // 256) * 256 * (BLOCK // WARP)
    blocks = min(threads // BLOCK, REGISTERS // each, memory // (shared + BLOCK_RESERVE))
    return blocks * BLOCK / threads


def print_occupancy(budget):
    print("| kernel | " + " | ".join(MULTIPROCESSORS) + " |")
    print("|---|" + "---|" * len(MULTIPROCESSORS))
    for kernel, (registers, shared) in sorted(budget.items()):
        shares = (occupancy(registers, shared, *m) for m in MULTIPROCESSORS.values())
        print(f"| {kernel} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    budget = read_budget(sys.argv[1])
    if len(sys.argv) == 2:
        print_occupancy(budget)
        return
    done = subprocess.run(sys.argv[2:], stderr=subprocess.PIPE, text=True, check=False)
    faults, taken, others = check(done.stderr, budget)
    for line in others:
        print(line, file=sys.stderr)
    for kernel, takes in sorted(taken.items()):
        if kernel in budget:
            print(describe(kernel, takes, budget))
    for fault in faults:
        print(f"over the budget of {sys.argv[1]}: {fault}", file=sys.stderr)
    sys.exit(done.returncode or (1 if faults else 0))


if __name__ == "__main__":
    main()
