#include "CBuild.h"

const char *rooster_commit(void) { return ROOSTER_COMMIT; }
