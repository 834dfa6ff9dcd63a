// What the threads that run the kernels ask of the machine, as far as C alone can say it.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Tells the core that this is a waiting loop: saves power, and gives the other half of a hyperthreaded core the pipes.
static inline void rk_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

// A monotonic clock in microseconds, for how long to wait: without a system call where the system can.
uint64_t rk_microseconds(void);

// The processor the calling thread is on at the moment; negative where the system doesn't say.
int rk_current_cpu(void);

// Lets the thread with this kernel id (rk_thread_id) run on all processors that the calling thread may use, except
// `cpu`. Nothing changes where that leaves none, or the system refuses.
void rk_keep_off_cpu(int thread_id, int cpu);

// Puts the thread with this kernel id onto `cpu` and nowhere else, at once. Nothing changes where the system refuses.
void rk_move_to_cpu(int thread_id, int cpu);

// The kernel's id of the calling thread.
int rk_thread_id(void);

// Names the calling thread for debuggers and process lists; at most 15 bytes.
void rk_name_thread(const char *name);

// Asks for large pages under this memory, which begins with one; before it is written to. Nothing happens where the system
// has none.
void rk_prefer_large_pages(void *memory, size_t bytes);

// Gives freed memory back to the system, where the allocator can be asked to.
void rk_trim_memory(void);
