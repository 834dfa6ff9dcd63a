// Loaded into Rooster with LD_PRELOAD: lets chosen calls on files below FAILING_DISK_ROOT fail, as a bad card does.
//
// The file FAILING_DISK_CONTROL is mapped and shared with the campaign, which says what fails while Rooster runs and
// reads the counts back. Calls are numbered from 1 as they come; the call with number n fails where
//     first <= n < end, and, where `every` is not 0, by chance: one in so many, the same ones for the same `first`
// and its kind is in the mask `kinds`. Only calls of these kinds are numbered. `error` is the errno; 0 makes a write
// short by half, as a disk that fills up does; a negative one is a signal that the process gets instead of the call.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

// The order is that of KINDS in failing_disk.py.
enum kind { OPEN, CREATE, READ, WRITE, SYNC, RENAME, UNLINK, MKDIR, LINK, TRUNCATE, MAP, STAT, KINDS };
static const char *const names[KINDS] = {
    "open", "create", "read", "write", "sync", "rename", "unlink", "mkdir", "link", "truncate", "map", "stat",
};

struct control {
    _Atomic int64_t first, end, every;
    _Atomic int64_t error, kinds;
    _Atomic int64_t calls, failed;
    _Atomic int64_t calls_of[KINDS], failed_of[KINDS];
    char last[200];
};

static struct control *control;
static const char *root;
static size_t root_length;
enum { DESCRIPTORS = 65536 };
static _Atomic unsigned char is_ours[DESCRIPTORS];

static void *real(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}
#define REAL(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))real(#name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAILING_DISK_CONTROL");
    root = getenv("FAILING_DISK_ROOT");
    if (!path || !root) return;
    root_length = strlen(root);
    int file = ((int (*)(const char *, int, ...))real("open"))(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *place = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (place != MAP_FAILED) control = place;
}

static int below(const char *path) {
    return control && path && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int ours(int file) { return control && file >= 0 && file < DESCRIPTORS && is_ours[file]; }

// A number that looks drawn by lot (Vigna's splitmix64). Calls at even distances would fail the same step of whatever is
// tried again, for ever.
static uint64_t chance(uint64_t number) {
    number += 0x9e3779b97f4a7c15;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

// Whether this call fails; errno is set then. A short write leaves errno 0.
static int fails(enum kind kind, const char *what) {
    if (!(control->kinds >> kind & 1)) return 0;
    int64_t number = ++control->calls;
    control->calls_of[kind]++;
    int64_t first = control->first, every = control->every;
    if (!first || number < first || number >= control->end) return 0;
    if (every && number > first && chance((uint64_t)first << 32 ^ (uint64_t)number) % (uint64_t)every) return 0;
    control->failed++;
    control->failed_of[kind]++;
    snprintf(control->last, sizeof control->last, "call %lld: %s %s", (long long)number, names[kind], what);
    if (control->error < 0) raise((int)-control->error);
    errno = (int)control->error;
    return 1;
}

static int path_fails(enum kind kind, const char *path) { return below(path) && fails(kind, path); }

static int file_fails(enum kind kind, int file) {
    if (!ours(file)) return 0;
    char link[32], path[160] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return fails(kind, path);
}

static int note(int file, const char *path) {
    if (file >= 0 && file < DESCRIPTORS) is_ours[file] = below(path) ? 1 : 0;
    return file;
}

static enum kind opening(int flags) { return flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) ? CREATE : OPEN; }

#define MODE \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        MODE \
        REAL(name); \
        return path_fails(opening(flags), path) ? -1 : note(next(path, flags, mode), path); \
    }
#define OPENING_AT(name) \
    int name(int directory, const char *path, int flags, ...) { \
        MODE \
        REAL(name); \
        return path_fails(opening(flags), path) ? -1 : note(next(directory, path, flags, mode), path); \
    }
OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)

DIR *opendir(const char *path) {
    REAL(opendir);
    return path_fails(OPEN, path) ? 0 : next(path);
}

int close(int file) {
    REAL(close);
    if (file >= 0 && file < DESCRIPTORS) is_ours[file] = 0;
    return next(file);
}

#define READING(name, ...) \
    if (file_fails(READ, file)) return -1; \
    REAL(name); \
    return next(__VA_ARGS__);
ssize_t read(int file, void *bytes, size_t count) { READING(read, file, bytes, count) }
ssize_t pread(int file, void *bytes, size_t count, off_t at) { READING(pread, file, bytes, count, at) }
ssize_t pread64(int file, void *bytes, size_t count, off64_t at) { READING(pread64, file, bytes, count, at) }

#define WRITING(name, ...) \
    REAL(name); \
    if (file_fails(WRITE, file)) { \
        if (control->error) return -1; \
        count /= 2; \
        if (!count) { \
            errno = ENOSPC; \
            return -1; \
        } \
    } \
    return next(__VA_ARGS__);
ssize_t write(int file, const void *bytes, size_t count) { WRITING(write, file, bytes, count) }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { WRITING(pwrite, file, bytes, count, at) }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { WRITING(pwrite64, file, bytes, count, at) }

#define ON_FILE(kind, type, name, parameters, ...) \
    type name parameters { \
        if (file_fails(kind, file)) return (type)-1; \
        REAL(name); \
        return next(__VA_ARGS__); \
    }
#define ON_PATH(kind, type, name, parameters, ...) \
    type name parameters { \
        if (path_fails(kind, path)) return (type)-1; \
        REAL(name); \
        return next(__VA_ARGS__); \
    }
ON_FILE(SYNC, int, fsync, (int file), file)
ON_FILE(SYNC, int, fdatasync, (int file), file)
ON_FILE(TRUNCATE, int, ftruncate, (int file, off_t length), file, length)
ON_FILE(TRUNCATE, int, ftruncate64, (int file, off64_t length), file, length)
ON_FILE(MAP, void *, mmap, (void *place, size_t length, int protection, int flags, int file, off_t at), place, length,
        protection, flags, file, at)
ON_FILE(MAP, void *, mmap64, (void *place, size_t length, int protection, int flags, int file, off64_t at), place,
        length, protection, flags, file, at)
ON_FILE(STAT, int, fstat, (int file, struct stat *state), file, state)
ON_FILE(STAT, int, fstat64, (int file, struct stat64 *state), file, state)
ON_PATH(STAT, int, stat, (const char *path, struct stat *state), path, state)
ON_PATH(STAT, int, stat64, (const char *path, struct stat64 *state), path, state)
ON_PATH(STAT, int, lstat, (const char *path, struct stat *state), path, state)
ON_PATH(STAT, int, lstat64, (const char *path, struct stat64 *state), path, state)
ON_PATH(STAT, int, access, (const char *path, int rights), path, rights)
ON_PATH(STAT, int, statvfs, (const char *path, struct statvfs *state), path, state)
ON_PATH(STAT, int, statvfs64, (const char *path, struct statvfs64 *state), path, state)
ON_PATH(UNLINK, int, unlink, (const char *path), path)
ON_PATH(MKDIR, int, mkdir, (const char *path, mode_t mode), path, mode)
ON_PATH(RENAME, int, rename, (const char *path, const char *to), path, to)

int fstatat(int directory, const char *path, struct stat *state, int flags) {
    if (path_fails(STAT, path)) return -1;
    REAL(fstatat);
    return next(directory, path, state, flags);
}

int linkat(int from, const char *path, int into, const char *to, int flags) {
    if (path_fails(LINK, to)) return -1;
    REAL(linkat);
    return next(from, path, into, to, flags);
}

// Answers with the error number itself.
int posix_fallocate(int file, off_t at, off_t length) {
    if (file_fails(TRUNCATE, file)) return errno;
    REAL(posix_fallocate);
    return next(file, at, length);
}

int posix_fallocate64(int file, off64_t at, off64_t length) {
    if (file_fails(TRUNCATE, file)) return errno;
    REAL(posix_fallocate64);
    return next(file, at, length);
}
