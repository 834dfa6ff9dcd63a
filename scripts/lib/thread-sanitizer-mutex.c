// Loaded into the tests by scripts/sanitize thread: tells the thread sanitizer of Swift's Mutex where it is contended.
//
// The quick ways of Mutex are compiled into whoever uses it, and the sanitizer sees their atomics. The slow ways, for a
// lock that is taken, lie in libSwift's Synchronization, which was not built for it: without a word from here it would
// call everything behind a contended lock a race. `self` is the address of the lock's word, the one that it knows.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SELF __attribute__((swift_context)) void *self

__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

typedef __attribute__((swiftcall)) void lock_function(uint32_t thread, SELF);
typedef __attribute__((swiftcall)) void unlock_function(SELF);
static lock_function *lock;
static unlock_function *unlock;

__attribute__((constructor)) static void begin(void) {
    // What a test starts, a shell or a server, has neither such a lock nor the sanitizer.
    lock = (lock_function *)dlsym(RTLD_NEXT, LOCK);
    unlock = (unlock_function *)dlsym(RTLD_NEXT, UNLOCK);
}

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF) {
    if (!lock) abort();
    lock(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

__attribute__((swiftcall)) void unlock_slow(SELF) __asm__(UNLOCK);
__attribute__((swiftcall)) void unlock_slow(SELF) {
    if (!unlock) abort();
    if (__tsan_release) __tsan_release(self);
    unlock(self);
}
