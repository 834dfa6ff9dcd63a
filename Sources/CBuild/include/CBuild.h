// build: facts of the build that only the build knows.
//     rooster_commit()   the commit of the sources, or "unknown" outside of a git checkout. Static text.
#ifndef ROOSTER_CBUILD_H
#define ROOSTER_CBUILD_H
const char *rooster_commit(void);
#endif
