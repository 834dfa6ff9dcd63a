#include "library.h"

#include <dlfcn.h>
#include <pthread.h>

struct cc_curl cc_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded;

static void load(void)
{
    // The name that libcurl has had since 2006, with OpenSSL.
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return;
#define CC_FIND(name)                                                                                                  \
    cc_curl.name = (__typeof__(cc_curl.name))dlsym(library, "curl_" #name);                                            \
    if (cc_curl.name == NULL)                                                                                          \
        return;
    CC_FUNCTIONS(CC_FIND)
#undef CC_FIND
    loaded = cc_curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool cc_load(void)
{
    pthread_once(&once, load);
    return loaded;
}
