// CCurl: HTTP requests over libcurl, many at a time on one thread. The thinnest shim that keeps libcurl's variadic
// functions and its callbacks inside C: bytes go in, bytes come out.
//
// Threads: a cc_client belongs to one thread, its owner; only cc_client_wake may be called from others. A cc_transfer
// belongs to whoever made it until it is handed to cc_client_add, then to the owner until it comes back.
#ifndef ROOSTER_CCURL_H
#define ROOSTER_CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cc_client cc_client;
typedef struct cc_transfer cc_transfer;

// What to send. Everything is copied.
typedef struct {
    const char *method;             // GET, POST...; without blanks or control characters
    const char *url;                // http or https
    const char *const *headers;     // header_count of "Name: value", each without CR, LF
    size_t header_count;
    const uint8_t *body;            // body_length bytes; NULL sends none
    size_t body_length;
    long connect_timeout_ms;        // above 0
    long timeout_ms;                // of the whole request, above 0
    size_t max_response;            // bytes of the answer's body that are kept; the rest is not waited for
    bool use_proxy_of_environment;  // http_proxy, https_proxy, no_proxy
    bool fresh_connection;          // not over a kept one, which libcurl would send it again for when it is dead
    const char *user_agent;
} cc_request;

// How a request ended.
typedef enum {
    CC_DONE = 0,     // there is an answer; its status may say anything
    CC_BAD_ADDRESS,  // not an address, or neither http nor https
    CC_UNRESOLVED,   // no such host, or no name server
    CC_UNREACHABLE,  // no connection
    CC_UNTRUSTED,    // TLS: certificate or handshake
    CC_TIMED_OUT,
    CC_CONNECTION_LOST, // it broke before the answer was whole, or the answer is not HTTP
    CC_FAILED           // anything else, memory included
} cc_outcome;

// NULL where memory or descriptors are short, or libcurl is not installed: it is loaded with the first client.
cc_client *cc_client_create(void);
// Transfers that were added and did not come back are freed with it.
void cc_client_free(cc_client *client);

// NULL where memory is short or libcurl refuses an option. Not before there is a client.
cc_transfer *cc_transfer_create(const cc_request *request, uint64_t tag);
// A transfer that is still with a client must be removed first.
void cc_transfer_free(cc_transfer *transfer);

// False: the transfer stays with the caller.
bool cc_client_add(cc_client *client, cc_transfer *transfer);
// Takes a transfer back before it ended: its connection is closed.
void cc_client_remove(cc_client *client, cc_transfer *transfer);
// Works on all transfers, then waits until there is more to do, cc_client_wake is called, or the time is over.
void cc_client_run(cc_client *client, int wait_ms);
// A transfer that ended, now the caller's again; NULL: none.
cc_transfer *cc_client_next_ended(cc_client *client);
// Ends the wait of cc_client_run. From any thread.
void cc_client_wake(cc_client *client);

uint64_t cc_transfer_tag(const cc_transfer *transfer);
cc_outcome cc_transfer_outcome(const cc_transfer *transfer);
// libcurl's words for an outcome other than CC_DONE: host names, never headers or bodies. Valid as long as the transfer.
const char *cc_transfer_words(const cc_transfer *transfer);
int cc_transfer_status(const cc_transfer *transfer);
// Seconds of a Retry-After header (also one that names a date); 0: none.
int64_t cc_transfer_retry_after(const cc_transfer *transfer);
// The first max_response bytes of the body.
const uint8_t *cc_transfer_body(const cc_transfer *transfer, size_t *length);
// True where the body was longer.
bool cc_transfer_is_cut(const cc_transfer *transfer);

#endif
