// CProcess: child processes of their own group, and being told when they end. What Swift cannot call by itself
// (variadic syscall, macros of <sys/wait.h>, GNU extensions) and nothing else.
//
// Every function returns 0, or the descriptor asked for, or a negative errno. None allocates memory that outlives it,
// none keeps state, all may be called from any thread.
#ifndef ROOSTER_CPROCESS_H
#define ROOSTER_CPROCESS_H

#include <stdbool.h>
#include <sys/types.h>

// A pipe; both ends close-on-exec and non-blocking, neither of them 0, 1 or 2.
//     ends[0] to read from, ends[1] to write to
int rp_pipe(int ends[2]);

// Starts a program in a process group of its own (the group's id is the child's).
//     program    a path, or a name looked for in this process's PATH; never handed to a shell
//     arguments  ends with NULL; environment likewise, taken instead of this process's
//     input      becomes the child's standard input; output becomes its standard output and error, both as files
//                whose reads and writes block
// The child has no other open file, no blocked signal, every signal at its default.
// Returns once the program runs (or could not be run), with its process id in *child.
int rp_spawn(pid_t *child, const char *program, char *const arguments[], char *const environment[], int input,
             int output);

// Starts a program in place of this one, as another user; needs to be root.
//     arguments  ends with NULL
//     groups     all groups of that user
// Of root's rights it keeps the one to read every file, where root has it here. What is taken is the calling thread's, and then
// that of the new program, which has no other one. Comes back only where the system refuses; the thread is of no use then.
int rp_start_anew(const char *program, char *const arguments[], uid_t user, gid_t group, size_t count,
                  const gid_t *groups);

// A descriptor that polls readable when the process has ended. -ENOSYS before Linux 5.3.
int rp_pidfd(pid_t child);

// What became of a child.
typedef struct {
    bool ended;     // false: it still runs, the rest says nothing
    bool by_signal; // ended by a signal
    int code;       // exit status, or number of the signal
} rp_ending;

// Asks without waiting; a child that ended is reaped. -ECHILD where it is not (or no longer) a child of this process.
int rp_reap(pid_t child, rp_ending *ending);

// A signal to every member of a group. -ESRCH where it has none left.
int rp_signal_group(pid_t group, int signal);

// Blocks every signal in the calling thread, so that those of the process are taken elsewhere and a closed pipe is an
// error of write() instead of SIGPIPE.
void rp_block_signals(void);

// Names the calling thread, for people who look at it with `top -H`; cut to 15 bytes.
void rp_name_thread(const char *name);

#endif
