#include "cpu.h"

#include <string.h>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

static const char *const names[] = {
    [rk_isa_scalar] = "scalar", [rk_isa_avx2] = "avx2", [rk_isa_avxvnni] = "avxvnni", [rk_isa_avx512] = "avx512",
    [rk_isa_avx512vnni] = "avx512vnni", [rk_isa_neon] = "neon", [rk_isa_dotprod] = "dotprod"};
enum { name_count = sizeof names / sizeof names[0] };

uint32_t rk_cpu(void) {
    uint32_t here = 1u << rk_isa_scalar;
#if defined(__x86_64__)
    // These look at what the system saves on a task switch too, not at the processor alone.
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        here |= 1u << rk_isa_avx2;
        if (__builtin_cpu_supports("avxvnni")) here |= 1u << rk_isa_avxvnni;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
            here |= 1u << rk_isa_avx512;
            if (__builtin_cpu_supports("avx512vnni")) here |= 1u << rk_isa_avx512vnni;
        }
    }
#elif defined(__aarch64__)
    if (getauxval(AT_HWCAP) & HWCAP_ASIMD) here |= 1u << rk_isa_neon;
    if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) here |= 1u << rk_isa_dotprod;
#endif
    return here;
}

uint32_t rk_cpu_up_to(const char *name) {
    for (uint32_t isa = 0; isa < name_count; isa++) {
        if (strcmp(names[isa], name) != 0) continue;
        uint32_t here = rk_cpu();
        return here >> isa & 1 ? here & ((2u << isa) - 1) : 0;
    }
    return 0;
}

const char *rk_isa_name(void) {
    uint32_t best = 31 - (uint32_t)__builtin_clz(rk_cpu());  // scalar is always there: never 0
    return names[best];
}
