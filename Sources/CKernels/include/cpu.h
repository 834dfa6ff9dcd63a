// Instruction sets, and which of them this processor runs. A set of them is a bit mask: 1u << rk_isa_avx2.
#pragma once

#include <stdint.h>

// In the order of preference, scalar first. avx2 means AVX2 and FMA3; avx512 means F, BW, DQ and VL. With dot products of
// bytes: avxvnni (256 bits), avx512vnni (avx512 with VNNI), dotprod (NEON's).
typedef enum rk_isa {
    rk_isa_scalar = 0,
    rk_isa_avx2,
    rk_isa_avxvnni,
    rk_isa_avx512,
    rk_isa_avx512vnni,
    rk_isa_neon,
    rk_isa_dotprod
} rk_isa;

// The instruction sets that processor and kernel of this machine run; scalar is always among them. Cheap; any thread.
uint32_t rk_cpu(void);

// rk_cpu() without what is preferred to the instruction set of that name ("scalar", "avx2", "avxvnni", "avx512",
// "avx512vnni", "neon", "dotprod"), to force a slower path; 0 where the name is unknown or this machine does not run it.
uint32_t rk_cpu_up_to(const char *name);

// The name of the most preferred instruction set of this machine, as `rooster --version` shows it. Static storage.
const char *rk_isa_name(void);
