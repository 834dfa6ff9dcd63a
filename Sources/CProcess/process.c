#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Moves a descriptor out of the way of 0, 1 and 2: a daemon started with them closed gets them from pipe2, and dup2 in
// the child would then overwrite one end with the other.
static int beyond_standard(int descriptor)
{
    if (descriptor > STDERR_FILENO)
        return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int failure = errno;
    close(descriptor);
    errno = failure;
    return moved;
}

int rp_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -errno;
    ends[0] = beyond_standard(ends[0]);
    int failure = ends[0] < 0 ? errno : 0;
    ends[1] = beyond_standard(ends[1]);
    if (ends[1] < 0 && failure == 0)
        failure = errno;
    if (failure == 0)
        return 0;
    if (ends[0] >= 0)
        close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return -failure;
}

// O_NONBLOCK belongs to the open file, which child and parent share per end; each end is used by one of them alone.
static int make_blocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) != 0 ? errno : 0;
}

int rp_spawn(pid_t *child, const char *program, char *const arguments[], char *const environment[], int input,
             int output)
{
    int failure;
    if ((failure = make_blocking(input)) != 0 || (failure = make_blocking(output)) != 0)
        return -failure;

    posix_spawnattr_t attributes;
    if ((failure = posix_spawnattr_init(&attributes)) != 0)
        return -failure;
    posix_spawn_file_actions_t files;
    if ((failure = posix_spawn_file_actions_init(&files)) != 0) {
        posix_spawnattr_destroy(&attributes);
        return -failure;
    }

    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if ((failure = posix_spawnattr_setflags(&attributes, flags)) == 0 &&
        (failure = posix_spawnattr_setpgroup(&attributes, 0)) == 0 &&
        (failure = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
        (failure = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
        (failure = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO)) == 0 &&
        (failure = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)) == 0 &&
        (failure = posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO)) == 0 &&
        // Libraries open files without close-on-exec: whatever is left is closed in the child.
        (failure = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1)) == 0)
        failure = posix_spawnp(child, program, &files, &attributes, arguments, environment);

    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return -failure;
}

int rp_start_anew(const char *program, char *const arguments[], uid_t user, gid_t group, size_t count,
                  const gid_t *groups)
{
    const unsigned reading = 1u << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[2] = {{0}};
    if (syscall(SYS_capget, &header, rights) != 0)
        return -errno;
    bool keeps = (rights[0].permitted & reading) != 0;
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || syscall(SYS_setgroups, count, groups) != 0 ||
        syscall(SYS_setresgid, group, group, group) != 0 || syscall(SYS_setresuid, user, user, user) != 0)
        return -errno;
    rights[0] = (struct __user_cap_data_struct){0};
    rights[1] = rights[0];
    if (keeps)
        rights[0].effective = rights[0].permitted = rights[0].inheritable = reading;
    if (syscall(SYS_capset, &header, rights) != 0 ||
        (keeps && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) != 0))
        return -errno;
    execv(program, arguments);
    return -errno;
}

int rp_pidfd(pid_t child)
{
#ifdef SYS_pidfd_open
    long descriptor = syscall(SYS_pidfd_open, child, 0); // close-on-exec by definition
    return descriptor < 0 ? -errno : (int)descriptor;
#else
    (void)child;
    return -ENOSYS;
#endif
}

int rp_reap(pid_t child, rp_ending *ending)
{
    memset(ending, 0, sizeof *ending);
    int status = 0;
    pid_t reaped;
    do
        reaped = waitpid(child, &status, WNOHANG);
    while (reaped < 0 && errno == EINTR);
    if (reaped < 0)
        return -errno;
    if (reaped == 0)
        return 0;
    ending->ended = true;
    ending->by_signal = WIFSIGNALED(status);
    ending->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}

int rp_signal_group(pid_t group, int signal)
{
    if (group <= 1) // kill(-1) would reach every process there is
        return -ESRCH;
    return kill(-group, signal) == 0 ? 0 : -errno;
}

void rp_block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

void rp_name_thread(const char *name)
{
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    pthread_setname_np(pthread_self(), cut);
}
