// libcurl, loaded with the first request: it brings thirty libraries, and an owner without channels needs none of them.
#ifndef ROOSTER_CCURL_LIBRARY_H
#define ROOSTER_CCURL_LIBRARY_H

#define CURL_DISABLE_TYPECHECK // its macros take the name of a function for the function
#include <curl/curl.h>
#include <stdbool.h>

#define CC_FUNCTIONS(of)                                                                                                \
    of(easy_cleanup) of(easy_getinfo) of(easy_init) of(easy_setopt) of(easy_strerror) of(global_init)                   \
        of(multi_add_handle) of(multi_cleanup) of(multi_info_read) of(multi_init) of(multi_perform) of(multi_poll)      \
            of(multi_remove_handle) of(multi_setopt) of(multi_wakeup) of(slist_append) of(slist_free_all) of(strnequal)

// curl_NAME for each of them.
struct cc_curl {
#define CC_MEMBER(name) __typeof__(curl_##name) *name;
    CC_FUNCTIONS(CC_MEMBER)
#undef CC_MEMBER
};

// All set once cc_load has said true, and never changed afterwards.
extern struct cc_curl cc_curl;

// False: libcurl is not installed, lacks something, or could not be set up. From any thread; loads once.
bool cc_load(void);

#endif
