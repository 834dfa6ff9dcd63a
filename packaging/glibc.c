// What Swift's runtime, as Debian sid builds it, asks of a C library newer than Debian 12's: the same functions by their
// older names. Weak and hidden: where the C library has them, nobody sees these.
#define _GNU_SOURCE
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLDER __attribute__((weak, visibility("hidden")))

// C23 reads 0b1010 as binary; nothing that Swift reads with these is written so.
long __isoc23_strtol(const char *, char **, int);
OLDER long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
long long __isoc23_strtoll(const char *, char **, int);
OLDER long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }
unsigned long __isoc23_strtoul(const char *, char **, int);
OLDER unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }
unsigned long long __isoc23_strtoull(const char *, char **, int);
OLDER unsigned long long __isoc23_strtoull(const char *text, char **end, int base) { return strtoull(text, end, base); }
int __isoc23_sscanf(const char *, const char *, ...);
OLDER int __isoc23_sscanf(const char *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int read = vsscanf(text, format, arguments);
    va_end(arguments);
    return read;
}

size_t strlcpy(char *, const char *, size_t);
OLDER size_t strlcpy(char *dst, const char *src, size_t size) {
    size_t length = strlen(src);
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;
        memcpy(dst, src, copied);
        dst[copied] = 0;
    }
    return length;
}
size_t strlcat(char *, const char *, size_t);
OLDER size_t strlcat(char *dst, const char *src, size_t size) {
    size_t length = strnlen(dst, size);
    return length == size ? size + strlen(src) : length + strlcpy(dst + length, src, size - length);
}

double __frexp(double, int *);
OLDER double __frexp(double x, int *exponent) { return frexp(x, exponent); }
float __frexpf(float, int *);
OLDER float __frexpf(float x, int *exponent) { return frexpf(x, exponent); }
double __ldexp(double, int);
OLDER double __ldexp(double x, int exponent) { return ldexp(x, exponent); }
float __ldexpf(float, int);
OLDER float __ldexpf(float x, int exponent) { return ldexpf(x, exponent); }
double __scalbn(double, int);
OLDER double __scalbn(double x, int exponent) { return scalbn(x, exponent); }
float __scalbnf(float, int);
OLDER float __scalbnf(float x, int exponent) { return scalbnf(x, exponent); }
