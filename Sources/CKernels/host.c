#define _GNU_SOURCE
#include "host.h"

#include <malloc.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t rk_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int rk_current_cpu(void) { return sched_getcpu(); }

int rk_thread_id(void) { return (int)syscall(SYS_gettid); }

void rk_keep_off_cpu(int thread_id, int cpu) {
    cpu_set_t set;
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof set, &set) != 0) return;
    CPU_CLR((size_t)cpu, &set);
    if (CPU_COUNT(&set) > 0) (void)sched_setaffinity(thread_id, sizeof set, &set);
}

void rk_move_to_cpu(int thread_id, int cpu) {
    cpu_set_t set;
    if (cpu < 0 || cpu >= CPU_SETSIZE) return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    (void)sched_setaffinity(thread_id, sizeof set, &set);
}

void rk_prefer_large_pages(void *memory, size_t bytes) { (void)madvise(memory, bytes, MADV_HUGEPAGE); }

void rk_name_thread(const char *name) { (void)prctl(PR_SET_NAME, name, 0, 0, 0); }

// The sanitizers bring an allocator of their own; the C library's must be left alone beside it.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define OWN_ALLOCATOR 1
#endif

void rk_trim_memory(void) {
#if defined(__GLIBC__) && !defined(OWN_ALLOCATOR)
    (void)malloc_trim(0);
#endif
}
