#include "CCurl.h"

#include "library.h"
#include <stdlib.h>
#include <string.h>

// Idle connections kept for the next request: a channel or two and a smart plug.
enum { kept_connections = 4 };

struct cc_client {
    CURLM *multi;
    cc_transfer *first; // all that are with the client
};

struct cc_transfer {
    CURL *easy;
    struct curl_slist *headers;
    uint64_t tag;
    CURLcode code;
    char words[CURL_ERROR_SIZE];
    uint8_t *body;
    size_t length, capacity, limit;
    bool cut;
    bool has_head; // the blank line behind it has come
    cc_transfer *next, *previous;
};

cc_client *cc_client_create(void)
{
    if (!cc_load())
        return NULL;
    cc_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->multi = cc_curl.multi_init();
    if (client->multi == NULL) {
        free(client);
        return NULL;
    }
    cc_curl.multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)kept_connections);
    return client;
}

void cc_client_free(cc_client *client)
{
    if (client == NULL)
        return;
    while (client->first != NULL) {
        cc_transfer *transfer = client->first;
        cc_client_remove(client, transfer);
        cc_transfer_free(transfer);
    }
    cc_curl.multi_cleanup(client->multi);
    free(client);
}

// Keeps what fits. Once more has come than is kept, the transfer is stopped: an endless answer must not go on.
static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    cc_transfer *transfer = context;
    size_t offered = size * count; // libcurl: size is always 1
    size_t room = transfer->limit - transfer->length;
    size_t kept = offered < room ? offered : room;
    if (transfer->length + kept > transfer->capacity) {
        size_t wanted = transfer->capacity * 2 > 1024 ? transfer->capacity * 2 : 1024;
        if (wanted < transfer->length + kept)
            wanted = transfer->length + kept;
        uint8_t *grown = realloc(transfer->body, wanted);
        if (grown == NULL)
            return 0;
        transfer->body = grown;
        transfer->capacity = wanted;
    }
    if (kept > 0)
        memcpy(transfer->body + transfer->length, bytes, kept);
    transfer->length += kept;
    if (kept < offered) {
        transfer->cut = true;
        return 0;
    }
    return offered;
}

// A line of a head, an empty one at its end. To libcurl a 200 whose head was cut off is an answer.
static size_t take_head(char *line, size_t size, size_t count, void *context)
{
    cc_transfer *transfer = context;
    if (count > 0 && (line[0] == '\r' || line[0] == '\n'))
        transfer->has_head = true;
    else if (count >= 5 && memcmp(line, "HTTP/", 5) == 0)
        transfer->has_head = false; // one came before it, "100 Continue"
    return size * count;
}

static bool add_header(cc_transfer *transfer, const char *line)
{
    struct curl_slist *longer = cc_curl.slist_append(transfer->headers, line);
    if (longer == NULL)
        return false;
    transfer->headers = longer;
    return true;
}

static bool restrict_to_http(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    return cc_curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
#else
    return cc_curl.easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == CURLE_OK;
#endif
}

static bool set_body(CURL *easy, const cc_request *request)
{
    if (request->body == NULL)
        return strcmp(request->method, "HEAD") != 0 || cc_curl.easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    // A POST from memory whatever the method: CUSTOMREQUEST names it, PUT and PATCH included.
    return cc_curl.easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body_length > 0 ? (const char *)request->body : "") ==
               CURLE_OK;
}

static bool set_up(cc_transfer *transfer, const cc_request *request)
{
    CURL *easy = transfer->easy;
    for (size_t index = 0; index < request->header_count; index++)
        if (!add_header(transfer, request->headers[index]))
            return false;
    // Without these libcurl would wait a second for "100 Continue" before a picture, and call every body a form.
    if (!add_header(transfer, "Expect:"))
        return false;
    bool typed = false;
    for (size_t index = 0; index < request->header_count; index++)
        typed = typed || cc_curl.strnequal(request->headers[index], "Content-Type:", strlen("Content-Type:"));
    if (!typed && !add_header(transfer, "Content-Type:"))
        return false;
    return restrict_to_http(easy) && cc_curl.easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           set_body(easy, request) && cc_curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_USERAGENT, request->user_agent) == CURLE_OK &&
           (request->use_proxy_of_environment || cc_curl.easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK) &&
           cc_curl.easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->fresh_connection ? 1L : 0L) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words) == CURLE_OK &&
           cc_curl.easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

cc_transfer *cc_transfer_create(const cc_request *request, uint64_t tag)
{
    cc_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return NULL;
    transfer->tag = tag;
    transfer->limit = request->max_response;
    transfer->easy = cc_curl.easy_init();
    if (transfer->easy == NULL || !set_up(transfer, request)) {
        cc_transfer_free(transfer);
        return NULL;
    }
    return transfer;
}

void cc_transfer_free(cc_transfer *transfer)
{
    if (transfer == NULL)
        return;
    if (transfer->easy != NULL)
        cc_curl.easy_cleanup(transfer->easy);
    cc_curl.slist_free_all(transfer->headers);
    free(transfer->body);
    free(transfer);
}

bool cc_client_add(cc_client *client, cc_transfer *transfer)
{
    if (cc_curl.multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
        return false;
    transfer->next = client->first;
    if (client->first != NULL)
        client->first->previous = transfer;
    client->first = transfer;
    return true;
}

void cc_client_remove(cc_client *client, cc_transfer *transfer)
{
    cc_curl.multi_remove_handle(client->multi, transfer->easy);
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        client->first = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    transfer->next = transfer->previous = NULL;
}

void cc_client_run(cc_client *client, int wait_ms)
{
    int ready = 0, running = 0;
    cc_curl.multi_poll(client->multi, NULL, 0, wait_ms, &ready);
    cc_curl.multi_perform(client->multi, &running);
}

cc_transfer *cc_client_next_ended(cc_client *client)
{
    int left = 0;
    for (CURLMsg *message; (message = cc_curl.multi_info_read(client->multi, &left)) != NULL;) {
        cc_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE ||
            cc_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer) != CURLE_OK)
            continue;
        transfer->code = message->data.result;
        if (transfer->code == CURLE_OK && !transfer->has_head)
            transfer->code = CURLE_WEIRD_SERVER_REPLY;
        cc_client_remove(client, transfer);
        return transfer;
    }
    return NULL;
}

void cc_client_wake(cc_client *client) { cc_curl.multi_wakeup(client->multi); }

uint64_t cc_transfer_tag(const cc_transfer *transfer) { return transfer->tag; }

cc_outcome cc_transfer_outcome(const cc_transfer *transfer)
{
    if (transfer->cut)
        return CC_DONE; // stopped by us: status and the kept part are there
    switch (transfer->code) {
    case CURLE_OK:
        return CC_DONE;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return CC_BAD_ADDRESS;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return CC_UNRESOLVED;
    case CURLE_COULDNT_CONNECT:
        return CC_UNREACHABLE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return CC_UNTRUSTED;
    case CURLE_OPERATION_TIMEDOUT:
        return CC_TIMED_OUT;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return CC_CONNECTION_LOST;
    default:
        return CC_FAILED;
    }
}

const char *cc_transfer_words(const cc_transfer *transfer)
{
    return transfer->words[0] != '\0' ? transfer->words : cc_curl.easy_strerror(transfer->code);
}

int cc_transfer_status(const cc_transfer *transfer)
{
    long status = 0;
    cc_curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

int64_t cc_transfer_retry_after(const cc_transfer *transfer)
{
    curl_off_t seconds = 0;
    cc_curl.easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
    return seconds > 0 ? (int64_t)seconds : 0;
}

const uint8_t *cc_transfer_body(const cc_transfer *transfer, size_t *length)
{
    *length = transfer->length;
    return transfer->body;
}

bool cc_transfer_is_cut(const cc_transfer *transfer) { return transfer->cut; }
