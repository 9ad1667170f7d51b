/* What a .cu of this project needs from CUDA, for g++. See control.h for what it is good for. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_CUDA_ON_CPU_H
#define ASSAY_TESTS_CUDA_ON_CPU_CUDA_ON_CPU_H

#include "tests/cuda_on_cpu/device.h"
#include "tests/cuda_on_cpu/runtime.h"

#endif
