// libcrypto: SHA-256 of model files and constant-time comparison of tokens.
#include <openssl/crypto.h>
#include <openssl/evp.h>
