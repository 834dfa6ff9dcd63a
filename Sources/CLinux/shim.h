// What Linux has and Swift's Glibc module leaves out: the kind of a file system, a descriptor to wake a poll with, how the
// C library allocates, names for threads and another user's rights for one of them (variadic functions, which Swift does
// not call), and whether the clock is kept right.
#pragma once
#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

// Names the calling thread, as `top -H` shows it; 15 bytes count.
static inline void rk_name_thread(const char *name) { prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0); }

// What stat says of a file, in fields of our own. To which module Swift counts `struct stat` and `struct timespec` depends
// on the order in which the compiler met the headers; with it, whether their fields may be used.
typedef struct {
    mode_t mode;
    uid_t user;
    gid_t group;
    off_t size;
    long long modified_ms;
} rk_file;

// 0, or -1 with errno.
static inline int rk_stat(const char *path, rk_file *file) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    *file = (rk_file){
        status.st_mode, status.st_uid, status.st_gid, status.st_size,
        status.st_mtim.tv_sec * 1000LL + status.st_mtim.tv_nsec / 1000000,
    };
    return 0;
}

// Gives the calling thread, and no other one, the rights on files that a user has; needs to be root. For a thread that
// ends afterwards: there is no way back. 0, or -1 where the system refuses.
static inline int rk_take_file_rights(uid_t user, gid_t group, size_t count, const gid_t *groups) {
    if (syscall(SYS_setgroups, count, groups) != 0) return -1;
    syscall(SYS_setfsgid, group);  // these two answer with the id before, never with an error: asked again to be sure
    syscall(SYS_setfsuid, user);
    int taken = syscall(SYS_setfsgid, (gid_t)-1) == (long)group && syscall(SYS_setfsuid, (uid_t)-1) == (long)user;
    return taken ? 0 : -1;
}

// 1 where something (NTP, PTP, GPS) keeps the clock right, 0 where nothing does, -1 where the system does not say.
static inline int rk_clock_is_kept(void) {
    struct timex state = {.modes = 0};
    int verdict = adjtimex(&state);
    if (verdict < 0) return -1;
    return verdict != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}
